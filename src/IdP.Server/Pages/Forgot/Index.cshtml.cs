using System.Globalization;
using IdP.Server.Mail;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace IdP.Server.Pages.Forgot;

/// <summary>"Forgot password?": the same answer, as fast, whether anybody has the name or not.</summary>
internal sealed class IndexModel(Words words, PasswordResets resets, ResetMails mails, SignInOptions signIn) : PageModel, IShowAgain
{
    [BindProperty(Name = "username")]
    public string? UserName { get; set; }

    public Phrase? Message { get; private set; }

    public Phrase? Error { get; private set; }

    public bool CanMail => signIn.CanMail;

    public bool IsSent => Request.Query["sent"] == "1";

    public IActionResult OnGet() => Page();

    public async Task<IActionResult> OnPostAsync()
    {
        if (!CanMail) return LocalRedirect("~/signin/forgot");
        if (string.IsNullOrWhiteSpace(UserName)) return Refuse(words["SignIn.UserNameEmpty"], StatusCodes.Status400BadRequest);
        var origin = RequestOrigin.Of(HttpContext);
        if (await resets.CountAsync(origin) is { } minutes)
        {
            Response.Headers.RetryAfter = (minutes * 60).ToString(CultureInfo.InvariantCulture);
            return Refuse(words.Count("SignIn.TooMany", minutes), StatusCodes.Status429TooManyRequests);
        }

        mails.Add(UserName, origin);
        return LocalRedirect("~/signin/forgot?sent=1");
    }

    public Task<IActionResult> ShowAgainAsync(Phrase message)
    {
        Message = message;
        ViewData["Error"] = true;
        Response.StatusCode = StatusCodes.Status400BadRequest;
        return Task.FromResult<IActionResult>(Page());
    }

    private PageResult Refuse(Phrase message, int status)
    {
        Error = message;
        ViewData["Error"] = true;
        Response.StatusCode = status;
        return Page();
    }
}
