using System.Globalization;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace IdP.Server.Pages.Forgot;

/// <summary>The page of a mailed link. To open it uses nothing up: mail programs open links before people do.</summary>
internal sealed class ResetModel(Words words, PasswordResets resets, Passwords passwords) : PageModel, IShowAgain
{
    public Person? Person { get; private set; }

    public int Shortest { get; private set; }

    public Phrase? Message { get; private set; }

    public Phrase? Error { get; private set; }

    public bool IsDone => Request.Query["done"] == "1";

    private string Link => Request.Query["link"].ToString();

    public async Task<IActionResult> OnGetAsync()
    {
        if (IsDone) return Page();
        Person = await resets.FindAsync(Link);
        if (Person is null) Response.StatusCode = StatusCodes.Status400BadRequest;
        else Shortest = await passwords.ShortestForAsync(Person);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync([FromForm(Name = "new_password")] string? wanted, CancellationToken ct)
    {
        await OnGetAsync();
        if (Person is null) return Page();
        if (string.IsNullOrEmpty(wanted)) return Refuse(words["Password.NewEmpty"], StatusCodes.Status400BadRequest);
        switch (await resets.RedeemAsync(Link, wanted, RequestOrigin.Of(HttpContext), ct))
        {
            case PasswordChange.Changed:
                return LocalRedirect("~/signin/reset?done=1");
            case PasswordChange.Busy:
                Response.Headers.RetryAfter = PasswordGate.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
                return Refuse(words["SignIn.Busy"], StatusCodes.Status503ServiceUnavailable);
            case var outcome when words.WhyNot(outcome, Shortest) is { } why:
                return Refuse(why, StatusCodes.Status400BadRequest);
            default:
                // Used in another window a moment ago.
                Person = null;
                return Refuse(words["NewPassword.Gone"], StatusCodes.Status400BadRequest);
        }
    }

    public async Task<IActionResult> ShowAgainAsync(Phrase message)
    {
        Message = message;
        ViewData["Error"] = true;
        await OnGetAsync();
        Response.StatusCode = StatusCodes.Status400BadRequest;
        return Page();
    }

    private PageResult Refuse(Phrase message, int status)
    {
        Error = message;
        ViewData["Error"] = true;
        Response.StatusCode = status;
        return Page();
    }
}
