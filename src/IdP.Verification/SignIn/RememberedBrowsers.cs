using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Users;
using IdP.Verification.Decisions;

namespace IdP.Verification.SignIn;

/// <summary>
/// Browsers in which a person need not verify again for some days, where a policy lets them. One stands for a proof that
/// was given in it; whatever changes a proof of the person forgets all of them.
/// </summary>
public sealed class RememberedBrowsers(IdPDatabase database, RandomSource random, TimeProvider clock)
{
    /// <summary>The longest for which a policy may remember.</summary>
    public const int MostDays = 30;

    private const string Columns = "hash, user_id, credential_generation, verified_at, expires_at, user_agent";

    /// <summary>The browser of a cookie's value, for this person and no other.</summary>
    /// <returns>Null when it is unknown, somebody else's, too old, or from before the last reset.</returns>
    internal ValueTask<RememberedBrowser?> FindAsync(string handle, Person person)
    {
        var (hash, now) = (Handle.HashOf(handle), clock.GetUtcNow());
        return database.ReadAsync(s => s.FirstAsync(
            $"SELECT {Columns} FROM remembered_browsers WHERE hash = @p0 AND user_id = @p1 AND credential_generation = @p2 AND expires_at > @p3",
            row => (RememberedBrowser?)Read(row), hash, person.Id, person.CredentialGeneration, now));
    }

    /// <summary>The browsers that are remembered for a person, the last one first.</summary>
    public ValueTask<List<RememberedBrowser>> ListAsync(Person person) => database.ReadAsync(s => s.AllAsync(
        $"SELECT {Columns} FROM remembered_browsers WHERE user_id = @p0 AND credential_generation = @p1 AND expires_at > @p2 ORDER BY verified_at DESC, hash",
        Read, person.Id, person.CredentialGeneration, clock.GetUtcNow()));

    /// <summary>Forgets a browser of a person's own, or all of them.</summary>
    /// <param name="who">Whose.</param>
    /// <param name="hash">Which; null: all.</param>
    /// <param name="origin">For the audit.</param>
    /// <returns>How many were forgotten.</returns>
    public Task<int> ForgetAsync(SignedIn who, string? hash, RequestOrigin origin) => database.WriteAsync(async s =>
    {
        var forgotten = await s.ExecuteAsync("DELETE FROM remembered_browsers WHERE user_id = @p0 AND hash = COALESCE(@p1, hash)", who.Person.Id, hash);
        if (forgotten > 0) await s.AuditAsync(Event(AuditEvents.BrowserForgotten, who.Person, null, $"{forgotten} forgotten.", origin));
        return forgotten;
    });

    /// <summary>Forgets every browser of a person, in the transaction of what ended the trust in them.</summary>
    internal static async ValueTask ForgetAllAsync(Statements statements, string userId) =>
        await statements.ExecuteAsync("DELETE FROM remembered_browsers WHERE user_id = @p0", userId);

    /// <summary>Remembers this browser, in the transaction in which identity was verified.</summary>
    /// <param name="statements">That transaction.</param>
    /// <param name="who">Who verified.</param>
    /// <param name="days">For how long.</param>
    /// <param name="before">The cookie's value so far: a browser is remembered for one person at a time. Null: it has none.</param>
    /// <param name="resource">For the audit.</param>
    /// <param name="origin">For the audit and the person's list.</param>
    /// <returns>The cookie's value.</returns>
    internal async ValueTask<string> AddAsync(Statements statements, SigningIn who, int days, string? before, string resource, RequestOrigin origin)
    {
        var (handle, now) = (Handle.New(random), clock.GetUtcNow());
        if (before is not null) await statements.ExecuteAsync("DELETE FROM remembered_browsers WHERE hash = @p0", Handle.HashOf(before));
        await statements.ExecuteAsync(
            "INSERT INTO remembered_browsers (hash, user_id, credential_generation, verified_at, expires_at, user_agent) VALUES (@p0, @p1, @p2, @p3, @p4, @p5)",
            Handle.HashOf(handle), who.Person.Id, who.Person.CredentialGeneration, now, now.AddDays(days), origin.UserAgent);
        await statements.AuditAsync(Event(AuditEvents.BrowserRemembered, who.Person, resource, days == 1 ? "For 1 day." : $"For {days} days.", origin));
        return handle;
    }

    private AuditEvent Event(string name, Person person, string? resource, string reason, RequestOrigin origin) => new()
    {
        At = clock.GetUtcNow(), Event = name, Actor = "user:" + person.Id, UserId = person.Id, Resource = resource, Outcome = "success", Reason = reason,
        Address = origin.Address, UserAgent = origin.UserAgent,
    };

    private static RememberedBrowser Read(System.Data.Common.DbDataReader row) => new()
    {
        Hash = row.GetString(0), UserId = row.GetString(1), CredentialGeneration = row.GetInt32(2), VerifiedAt = row.Time(3), ExpiresAt = row.Time(4),
        UserAgent = row.NullableString(5),
    };
}
