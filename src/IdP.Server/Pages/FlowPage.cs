using System.Globalization;
using IdP.Server.Security;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace IdP.Server.Pages;

/// <summary>A page whose form is shown again with a message when its post could not be trusted.</summary>
internal interface IShowAgain
{
    Task<IActionResult> ShowAgainAsync(Phrase message);
}

/// <summary>
/// A page of a flow. It asks the decision at every request and runs only while the decision wants this very page, so a
/// stale tab or the back button leads on to wherever the person belongs.
/// </summary>
internal abstract class FlowPage(Visit visit) : PageModel, IShowAgain
{
    private readonly Dictionary<string, Phrase> errors = new(StringComparer.Ordinal);

    public SignInTarget Target { get; private set; } = null!;

    public SigningIn Who { get; private set; } = null!;

    public Decision Decision { get; private set; } = null!;

    /// <summary>Set when a lock is told on the very page that led to it.</summary>
    public Decision.Locked? Lock { get; private set; }

    /// <summary>A message for the whole form.</summary>
    public Phrase? Message { get; private set; }

    protected Visit Visit => visit;

    public Words Words => visit.Words;

    /// <summary>Where a link leads when the target is satisfied.</summary>
    public string NextUrl => Target.Parked is null ? Url.Content("~" + Target.Next) : Target.Next;

    protected Words T => visit.Words;

    public abstract Task<IActionResult> OnGetAsync();

    /// <summary>The message of a field, or null.</summary>
    public Phrase? ErrorOf(string field) => errors.GetValueOrDefault(field);

    public async Task<IActionResult> ShowAgainAsync(Phrase message)
    {
        Message = message;
        ViewData["Error"] = true;
        Response.StatusCode = StatusCodes.Status400BadRequest;
        return await OnGetAsync();
    }

    /// <summary>Finds target and person and asks the decision.</summary>
    /// <typeparam name="TExpected">The decision for which this page is.</typeparam>
    /// <returns>Where to go instead; null: the page runs.</returns>
    protected async Task<IActionResult?> ElsewhereAsync<TExpected>()
        where TExpected : Decision
    {
        if (await EnterAsync() is { } elsewhere) return elsewhere;
        if (await FindWhoAsync() is not { } who) return To("/signin");
        Use(who);
        if (!who.Person.MustChangePassword) Decision = await DecideAsync();
        else if (!await VerifiesFirstAsync()) return To("/password");
        if (Decision is Decision.Verify or Decision.Enroll) Who = Who with { Asked = Decision.Reasons };
        return Decision is TExpected ? null : Go(Decision);
    }

    /// <summary>
    /// A new password is due. Whoever is enrolled verifies before it, whatever the target asks: else the old password
    /// alone would choose the new one. Whoever is locked is told so.
    /// </summary>
    /// <returns>Whether <see cref="Decision"/> says what comes first; else it is the password's turn.</returns>
    protected async ValueTask<bool> VerifiesFirstAsync()
    {
        Decision = await visit.Flow.DecideAsync(Who, Policies.Security, RequestDemands.None);
        // A passed deadline is written down; it ends a session, so there the page that tells of it does so.
        if (Decision is Decision.Locked { Reference: null } && Who.Session is null) Decision = await visit.Flow.ContinueAsync(Who, Policies.Security, RequestDemands.None);
        return Decision is Decision.Verify or Decision.Locked or Decision.Deny;
    }

    /// <summary>Finds the target.</summary>
    /// <returns>The page for a link that no longer works, or null.</returns>
    protected async Task<IActionResult?> EnterAsync()
    {
        if (await FindTargetAsync() is not { } target) return this.Problem(PageProblem.Link);
        Target = target;
        SecurityHeaders.AllowFormTo(HttpContext, target.Parked?.FormActionSource);
        return null;
    }

    protected virtual ValueTask<SignInTarget?> FindTargetAsync() => visit.Targets.ResolveAsync(Request.Query["interaction"], Request.Query["to"]);

    protected virtual ValueTask<SigningIn?> FindWhoAsync() => visit.Current.SigningInAsync();

    protected virtual async ValueTask<Decision> DecideAsync()
    {
        // To write down that the period is over ends the session; the page that tells of it does so, else nobody is told.
        if (Who.Session is not null && await visit.Flow.DecideAsync(Who, Target.Policy, Target.Demands) is Decision.Locked { Reference: null } locked) return locked;
        return await visit.Flow.ContinueAsync(Who, Target.Policy, Target.Demands);
    }

    protected void Use(SigningIn who)
    {
        Who = who with { Flow = Target.Demands.Flow };
        visit.Time.Use(who.Person.ZoneInfo);
    }

    /// <summary>Sends the browser where the decision says.</summary>
    protected IActionResult Go(Decision decision) => decision switch
    {
        Decision.Proceed => Leave(),
        Decision.Verify => To("/verify"),
        Decision.Enroll => To("/enroll"),
        Decision.Locked => To("/locked"),
        Decision.SignIn => To("/signin"),
        _ => this.Problem(Who?.Person.State.Disabled is true ? PageProblem.Disabled : PageProblem.Denied with { App = Target.AppName }),
    };

    /// <summary>The target is satisfied.</summary>
    protected IActionResult Leave() => Who is { Person.MustChangePassword: true } ? To("/password") : LocalRedirect(NextUrl);

    /// <summary>Tells about a lock right here: after it nobody is at the verification step any more.</summary>
    protected IActionResult Locked(Decision.Locked decision)
    {
        Lock = decision;
        // Here and not in the partial page that both pages draw: what that one sets, the layout does not see.
        ViewData["Title"] = decision.Until is { } until ? T["Locked.Until", ("time", visit.Time.Time(until))] : T["Locked.Title"];
        Response.StatusCode = StatusCodes.Status403Forbidden;
        return Page();
    }

    protected IActionResult To(string path) => LocalRedirect("~" + Target.Page(path));

    /// <summary>Shows the page again with a message under a field.</summary>
    protected IActionResult Refuse(string field, Phrase message, int status = StatusCodes.Status400BadRequest)
    {
        AddError(field, message);
        Response.StatusCode = status;
        return Page();
    }

    /// <summary>Shows the page again with why the password was not changed.</summary>
    /// <param name="shortest">How short the new one may be.</param>
    protected IActionResult Refuse(PasswordChange outcome, int shortest)
    {
        if (outcome == PasswordChange.WrongCurrent) return Refuse("password", T["Password.PresentWrong"]);
        if (T.WhyNot(outcome, shortest) is { } why) return Refuse("new_password", why);
        Response.Headers.RetryAfter = PasswordGate.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return Refuse("password", T["SignIn.Busy"], StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>Shows the page again with the messages that were added.</summary>
    protected IActionResult Refuse()
    {
        Response.StatusCode = StatusCodes.Status400BadRequest;
        return Page();
    }

    protected void AddError(string field, Phrase message)
    {
        errors[field] = message;
        ViewData["Error"] = true;
    }
}
