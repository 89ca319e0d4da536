using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Verification.Decisions;
using IdP.Verification.Methods.Passkeys;
using IdP.Verification.Methods.RecoveryCodes;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Pages.Portal.Security;

/// <summary>How I prove who I am, where I am signed in, my password.</summary>
internal sealed class IndexModel(Visit visit, IdPDatabase database, Sessions sessions, RememberedBrowsers browsers, AllowedApps allowedApps, PasskeyEnrollment passkeys) : PortalPage(visit, "security")
{
    public const int AllCodes = RecoveryCodeMethod.HowMany;

    public IReadOnlyList<TotpAuthenticator> Authenticators { get; private set; } = [];

    public IReadOnlyList<Passkey> Passkeys { get; private set; } = [];

    public int CodesLeft { get; private set; }

    public DateTimeOffset? CodesMadeAt { get; private set; }

    public DateTimeOffset? PasswordChangedAt { get; private set; }

    public IReadOnlyList<SessionRow> Sessions { get; private set; } = [];

    public IReadOnlyList<RememberedRow> Remembered { get; private set; } = [];

    public IReadOnlyList<AllowedApps.App> Allowed { get; private set; } = [];

    public bool IsActive => Who.Person.State.Enrollment is EnrollmentState.Active;

    /// <summary>What was just done; only texts that are known here.</summary>
    public Phrase? Done => Request.Query["done"].ToString() is "phone" or "added" or "renamed" or "removed" or "passkey" or "passkey_removed" or "already" or "password" or "others" or "one" or "forgotten" or "revoked" ? T["Security.Done." + Request.Query["done"]] : null;

    public (string Style, Phrase Text) Status => Who.Person.State.Enrollment switch
    {
        EnrollmentState.Active when Who.Person.ActiveSince is { } since => ("ok", T["Security.ActiveSince", ("date", Visit.Time.Date(since))]),
        EnrollmentState.Active => ("ok", T["Security.Active"]),
        EnrollmentState.Period period when period.Deadline > Visit.Time.Now => ("warn", T.Remaining("Security", period.Deadline - Visit.Time.Now)),
        _ => ("", T["Security.NotSetUp"]),
    };

    public async Task<IActionResult> OnPostAsync([FromForm(Name = "take_back")] string? clientId)
    {
        if (await ElsewhereAsync<Decision.Proceed>() is { } elsewhere) return elsewhere;
        if (clientId is { Length: > 0 }) await allowedApps.TakeBackAsync(Who.Person, clientId, Visit.Current.Origin);
        return LocalRedirect($"~{SignInTargets.Security}?done=revoked");
    }

    protected override async Task<IActionResult> ShowAsync()
    {
        var id = Who.Person.Id;
        await using (var db = database.CreateContext())
        {
            Authenticators = await db.TotpAuthenticators.AsNoTracking().Where(a => a.UserId == id).OrderByDescending(a => a.LastUsedAt ?? a.ConfirmedAt).ToListAsync();
            PasswordChangedAt = await db.Users.Where(u => u.Id == id).Select(u => u.PasswordChangedAt).FirstOrDefaultAsync();
        }

        Passkeys = await passkeys.ListAsync(id);
        (CodesLeft, CodesMadeAt) = await database.ReadAsync(s => RecoveryCodeMethod.CountAsync(s, id));
        Allowed = await allowedApps.ListAsync(id);
        Remembered = await RememberedRow.ListAsync(browsers, Session, T);
        Sessions = await SessionRow.ListAsync(sessions, Session, T);
        return Page();
    }
}
