using IdP.Server.Admin.Owners;
using IdP.Server.Admin.Users;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace IdP.Server.Pages;

/// <summary>The one-time link that makes the first owner.</summary>
internal sealed class SetupModel(Words words, OwnerSetup owners) : PageModel, IShowAgain
{
    public const int Shortest = PasswordRules.ShortestAlone;

    private readonly Dictionary<string, Phrase> errors = new(StringComparer.Ordinal);

    [BindProperty(Name = "username")]
    public string? UserName { get; set; }

    [BindProperty(Name = "display_name")]
    public string? DisplayName { get; set; }

    [BindProperty(Name = "email")]
    public string? Email { get; set; }

    [BindProperty(Name = "password")]
    public string? Password { get; set; }

    [BindProperty(Name = "password_again")]
    public string? PasswordAgain { get; set; }

    public bool IsValid { get; private set; }

    public Phrase? Message { get; private set; }

    public string? FirstError => errors.Keys.FirstOrDefault();

    private string Link => Request.Query["link"].ToString();

    public Phrase? ErrorOf(string field) => errors.GetValueOrDefault(field);

    public async Task OnGetAsync(CancellationToken ct)
    {
        IsValid = await owners.IsValidAsync(Link, ct);
        if (!IsValid) Response.StatusCode = StatusCodes.Status400BadRequest;
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        await OnGetAsync(ct);
        if (!IsValid || !Check()) return Refuse();
        var outcome = await owners.RedeemAsync(new(Link, UserName!.Trim(), DisplayName!.Trim(), string.IsNullOrWhiteSpace(Email) ? null : Email.Trim(), Password!), ct);
        if (outcome is OwnerSetup.Outcome.Created) return LocalRedirect("~/signin?to=/admin&created=1");
        if (outcome is OwnerSetup.Outcome.NameTaken) errors["username"] = words["Owner.Taken"];
        else IsValid = false;
        return Refuse();
    }

    public async Task<IActionResult> ShowAgainAsync(Phrase message)
    {
        Message = message;
        await OnGetAsync(CancellationToken.None);
        return Refuse();
    }

    private bool Check()
    {
        if (string.IsNullOrWhiteSpace(UserName)) errors["username"] = words["Owner.UserNameEmpty"];
        else if (AddUser.NameProblem(UserName.Trim()) is { } name) errors["username"] = words.Literal(name);
        if (string.IsNullOrWhiteSpace(DisplayName)) errors["display_name"] = words["Owner.DisplayNameEmpty"];
        if (string.IsNullOrEmpty(Password)) errors["password"] = words["Password.NewEmpty"];
        else if (PasswordRules.Problem(Password, Shortest, UserName, Email, words.Organisation) is { } problem) errors["password"] = words.WhyNot(problem, Shortest);
        else if (Password != PasswordAgain) errors["password_again"] = words["Owner.Differs"];
        if (errors.Count > 0) return false;

        var redemption = new OwnerSetup.Redemption(Link, UserName!.Trim(), DisplayName!.Trim(), Email, Password!);
        foreach (var failure in new OwnerSetup.Validator(words.Organisation).Validate(redemption).Errors)
        {
            if (failure.PropertyName.EndsWith("Email", StringComparison.Ordinal)) errors["email"] = words["Owner.EmailWrong"];
            else errors["display_name"] = words.Literal(failure.ErrorMessage);
        }

        return errors.Count == 0;
    }

    private PageResult Refuse()
    {
        ViewData["Error"] = true;
        Response.StatusCode = StatusCodes.Status400BadRequest;
        return Page();
    }
}
