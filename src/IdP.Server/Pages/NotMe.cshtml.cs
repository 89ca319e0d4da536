using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace IdP.Server.Pages;

/// <summary>
/// "This wasn't me", from a mail. It is read by whoever holds the mail, so it names nobody; and programs open links, so
/// only the post does it.
/// </summary>
internal sealed class NotMeModel(NotMe links) : PageModel, IShowAgain
{
    /// <summary>Set when the account was frozen just now.</summary>
    public string? Reference { get; private set; }

    public Phrase? Message { get; private set; }

    // In a plain text the address stands in brackets, and some mail programs take the last one along.
    private string Link => Request.Query["link"].ToString().TrimEnd(')');

    public async Task<IActionResult> OnGetAsync() => await links.IsValidAsync(Link) ? Page() : this.Problem(PageProblem.UsedLink);

    public async Task<IActionResult> OnPostAsync()
    {
        Reference = await links.FreezeAsync(Link, RequestOrigin.Of(HttpContext));
        return Reference is null ? this.Problem(PageProblem.UsedLink) : Page();
    }

    public async Task<IActionResult> ShowAgainAsync(Phrase message)
    {
        Message = message;
        ViewData["Error"] = true;
        Response.StatusCode = StatusCodes.Status400BadRequest;
        return await OnGetAsync();
    }
}
