using IdP.Storage.Audit;
using IdP.Storage.Database;

namespace IdP.Protocol.Grants;

/// <summary>Reads and revokes what people allowed clients.</summary>
internal sealed class Authorizations(IdPDatabase database, TimeProvider clock)
{
    private const string ById = $"SELECT {SubjectGrant.Columns} FROM authorizations a {SubjectGrant.Joins} WHERE a.id = @p0";

    private const string ByIdAndJti = $"""
        SELECT {SubjectGrant.Columns}, u.updated_at
        FROM authorizations a {SubjectGrant.Joins}
        WHERE a.id = @p0 AND NOT EXISTS (SELECT 1 FROM revoked_access_tokens r WHERE r.jti = @p1)
        """;

    // One read for both; a client's own token has no authorization to join.
    private const string ByReference = $"""
        SELECT {SubjectGrant.Columns}, u.updated_at, r.claims
        FROM reference_tokens r LEFT JOIN authorizations a ON a.id = r.authorization_id LEFT {SubjectGrant.Joins}
        WHERE r.hash = @p0 AND r.expires_at > @p1 AND r.revoked_at IS NULL
        """;

    public ValueTask<SubjectGrant?> FindAsync(string id) =>
        database.ReadAsync(s => s.FirstAsync(ById, row => (SubjectGrant?)SubjectGrant.Read(row, 0), id));

    /// <summary>The grant behind an access token that was not revoked by itself.</summary>
    public ValueTask<GrantOfToken?> FindForTokenAsync(string id, string jti) => database.ReadAsync(s => s.FirstAsync(ByIdAndJti, ReadGrant, id, jti));

    /// <summary>A reference token that is not over: what it says, and the person's grant behind it unless it is a client's own.</summary>
    public ValueTask<(string Claims, GrantOfToken? Grant)?> FindByReferenceAsync(string hash, DateTimeOffset now) => database.ReadAsync(s => s.FirstAsync(
        ByReference,
        row => ((string, GrantOfToken?)?)(row.GetString(SubjectGrant.Count + 1), row.IsDBNull(0) ? null : ReadGrant(row)), hash, now));

    /// <summary>
    /// Revokes an authorization: its codes, refresh tokens and reference tokens, and its JWT access tokens wherever
    /// they are introspected, are dead with it.
    /// </summary>
    /// <param name="id">Of the authorization.</param>
    /// <param name="auditEvent">One of <see cref="AuditEvents"/>.</param>
    /// <param name="actor">Who did it.</param>
    /// <param name="reason">In words for an admin.</param>
    public Task<bool> RevokeAsync(string id, string auditEvent, string actor, string reason) => database.WriteAsync(async s =>
    {
        var now = clock.GetUtcNow();
        if (await s.ExecuteAsync("UPDATE authorizations SET revoked_at = @p0 WHERE id = @p1 AND revoked_at IS NULL", now, id) == 0) return false;

        var (user, client) = await s.FirstAsync(
            "SELECT user_id, client_id FROM authorizations WHERE id = @p0", row => (row.GetString(0), row.GetString(1)), id);
        await s.AuditAsync(new AuditEvent
        {
            At = now, Event = auditEvent, Actor = actor, UserId = user, Resource = "client:" + client,
            Outcome = auditEvent == AuditEvents.AuthorizationRevoked ? "success" : "denied", Reason = reason,
        });
        return true;
    });

    private static GrantOfToken? ReadGrant(System.Data.Common.DbDataReader row) => new(SubjectGrant.Read(row, 0), row.Time(SubjectGrant.Count));
}

/// <summary>The grant behind an access token.</summary>
/// <param name="Grant">With the person of this moment.</param>
/// <param name="UpdatedAt">When the person's data last changed.</param>
internal sealed record GrantOfToken(SubjectGrant Grant, DateTimeOffset UpdatedAt);
