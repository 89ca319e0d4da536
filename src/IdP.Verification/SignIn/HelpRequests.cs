using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;

namespace IdP.Verification.SignIn;

/// <summary>"I can't use my app": whoever proved the password and says so waits for support, who finds them by the number they were told.</summary>
public sealed class HelpRequests(IdPDatabase database, CurrentSignIn current, RandomSource random, TimeProvider clock)
{
    /// <summary>After that nobody waits any more.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(14);

    /// <summary>
    /// Condition on a row <c>e</c> of the audit log: the person's last request, young enough (<c>@p0</c>), and neither a reset nor
    /// a verification came after it.
    /// </summary>
    public const string Open = $"""
        e.event = '{AuditEvents.HelpAsked}' AND e.at > @p0 AND NOT EXISTS (SELECT 1 FROM audit_events l WHERE l.user_id = e.user_id AND l.id > e.id AND l.event IN
            ('{AuditEvents.HelpAsked}', '{AuditEvents.Reset}', '{AuditEvents.Verified}', '{AuditEvents.RecoveryCodeUsed}', '{AuditEvents.AuthenticatorAdded}', '{AuditEvents.AuthenticatorReplaced}', '{AuditEvents.PasskeyAdded}'))
        """;

    private const string Known = $"SELECT e.reference FROM audit_events e WHERE {Open} AND e.user_id = @p1 AND e.reference IS NOT NULL ORDER BY e.id DESC LIMIT 1";

    /// <summary>Notes that the person asks; a page that is loaded again asks no second time.</summary>
    /// <param name="who">Somebody whose password was right.</param>
    /// <param name="resource">On the way to what, as the log names it.</param>
    /// <returns>The number to read out to support.</returns>
    public async Task<string> AskAsync(SigningIn who, string resource)
    {
        var (now, reference) = (clock.GetUtcNow(), random.NewReference("HP"));
        return await database.WriteAsync(async s =>
        {
            if (await s.FirstAsync(Known, row => row.NullableString(0), now - Lifetime, who.Person.Id) is { } known) return known;
            await s.AuditAsync(new AuditEvent
            {
                At = now, Event = AuditEvents.HelpAsked, Actor = "user:" + who.Person.Id, UserId = who.Person.Id, Resource = resource, Outcome = "success",
                Reason = "\"I can't use my app.\"", Address = current.Origin.Address, UserAgent = current.Origin.UserAgent, Reference = reference,
            });
            return reference;
        });
    }
}
