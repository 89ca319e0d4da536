using IdP.Protocol.Requests;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Grants;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;

namespace IdP.Protocol.Interactions;

/// <summary>Issues codes, and remembers what people allowed.</summary>
internal sealed class AuthorizationCodes(IdPDatabase database, RandomSource random, TimeProvider clock, ProtocolOptions options)
{
    internal const string InsertAuthorization = """
        INSERT INTO authorizations (id, type, user_id, client_id, session_id, scope, acr, amr, auth_time, verified_at, skipped,
            demanded_acr, credential_generation, claims, created_at, resource, address, remembered_browser)
        VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14, @p15, @p16, @p17)
        """;

    private static readonly TimeSpan LongestOfFapi2 = TimeSpan.FromSeconds(60);

    private const string InsertCode = """
        INSERT INTO authorization_codes (hash, authorization_id, client_id, redirect_uri, code_challenge, nonce, flow_started_at, expires_at, dpop_jkt)
        VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8)
        """;

    private const string Remembered = """
        SELECT id, scope FROM authorizations
        WHERE user_id = @p0 AND client_id = @p1 AND type = 'Permanent' AND revoked_at IS NULL ORDER BY created_at DESC
        """;

    /// <summary>Whether the person allowed this client all of these scopes before.</summary>
    public async ValueTask<bool> IsAllowedAsync(string userId, string clientId, IReadOnlyList<string> scopes) =>
        await database.ReadAsync(s => s.FirstAsync(Remembered, row => row.GetString(1), userId, clientId)) is { } allowed
        && scopes.All(scope => Scopes.Contains(allowed, scope));

    /// <summary>Issues the code in one commit with the authorization that it stands for.</summary>
    /// <param name="request">Checked.</param>
    /// <param name="client">Who gets it.</param>
    /// <param name="who">The person and the session.</param>
    /// <param name="proven">What the decision said.</param>
    /// <param name="parked">Answered by it, exactly once; null for a request that was never parked.</param>
    /// <param name="origin">For the audit.</param>
    /// <returns>The code; null when the request was answered meanwhile.</returns>
    public Task<string?> IssueAsync(
        AuthorizationRequest request, Client client, SignedIn who, Decision.Proceed proven, StoredInteraction? parked, RequestOrigin origin)
    {
        var (code, id, now) = (Handle.New(random), random.NewId(), clock.GetUtcNow());
        var scope = string.Join(' ', request.Scopes);
        return database.WriteAsync<string?>(async s =>
        {
            if (!await ParkedRequests.CompleteAsync(s, request, parked, now)) return null;
            if (parked?.ConsentUserId == who.Person.Id) await RememberAsync(s, client, who, proven, request.Scopes, origin, now);

            await s.ExecuteAsync(InsertAuthorization, id, AuthorizationType.AdHoc, who.Person.Id, client.ClientId, who.Session.Id, scope,
                proven.Acr, string.Join(' ', proven.Amr), proven.AuthTime, proven.Acr == Acr.Password ? null : who.State.VerifiedAt, who.State.Skipped, request.DemandedAcr,
                who.Person.CredentialGeneration, request.Parameters["claims"], now, string.Join(' ', request.Resources), origin.Address,
                proven.Acr == Acr.Password ? who.Remembered?.Hash : null);
            await s.ExecuteAsync(InsertCode, Handle.HashOf(code), id, client.ClientId, request.RedirectUri, request.CodeChallenge,
                request.Nonce, parked?.CreatedAt ?? now, now + Lifetime(client), request.DpopJkt);
            await s.AuditAsync(Event(AuditEvents.Authorized, who, client, "success", string.Join(' ', proven.Reasons), origin, now));
            return code;
        });
    }

    /// <summary>Writes down that somebody was refused.</summary>
    public Task RecordDenialAsync(string auditEvent, SignedIn who, Client client, string reason, RequestOrigin origin) => database.WriteAsync(async s =>
    {
        await s.AuditAsync(Event(auditEvent, who, client, "denied", reason, origin, clock.GetUtcNow()));
        return true;
    });

    // FAPI 2.0 Security Profile §5.3.2.1: at most 60 seconds.
    private TimeSpan Lifetime(Client client) => client.Profile is null || options.AuthorizationCodeLifetime < LongestOfFapi2
        ? options.AuthorizationCodeLifetime
        : LongestOfFapi2;

    private async ValueTask RememberAsync(
        Statements s, Client client, SignedIn who, Decision.Proceed proven, IReadOnlyList<string> scopes, RequestOrigin origin, DateTimeOffset now)
    {
        var known = await s.FirstAsync(Remembered, row => ((string, string)?)(row.GetString(0), row.GetString(1)), who.Person.Id, client.ClientId);
        if (known is ({ } id, { } before))
        {
            await s.ExecuteAsync("UPDATE authorizations SET scope = @p0 WHERE id = @p1", string.Join(' ', Scopes.Split(before).Union(scopes)), id);
        }
        else
        {
            await s.ExecuteAsync(InsertAuthorization, random.NewId(), AuthorizationType.Permanent, who.Person.Id, client.ClientId, null,
                string.Join(' ', scopes), proven.Acr, string.Join(' ', proven.Amr), proven.AuthTime, null, false, null,
                who.Person.CredentialGeneration, null, now, "", null, null);
        }

        await s.AuditAsync(Event(AuditEvents.ConsentGiven, who, client, "success", "Allowed: " + string.Join(' ', scopes), origin, now));
    }

    private static AuditEvent Event(
        string name, SignedIn who, Client client, string outcome, string reason, RequestOrigin origin, DateTimeOffset now) => new()
    {
        At = now, Event = name, Actor = "user:" + who.Person.Id, UserId = who.Person.Id, Resource = "client:" + client.ClientId,
        Outcome = outcome, Reason = reason, Address = origin.Address, UserAgent = origin.UserAgent,
    };
}
