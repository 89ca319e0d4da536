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

    public ValueTask<SubjectGrant?> FindAsync(string id) =>
        database.ReadAsync(s => s.FirstAsync(ById, row => (SubjectGrant?)SubjectGrant.Read(row, 0), id));

    /// <summary>The grant behind an access token that was not revoked by itself, and when the person's data last changed.</summary>
    public ValueTask<(SubjectGrant Grant, DateTimeOffset UpdatedAt)?> FindForTokenAsync(string id, string jti) =>
        database.ReadAsync(s => s.FirstAsync(
            ByIdAndJti, row => ((SubjectGrant, DateTimeOffset)?)(SubjectGrant.Read(row, 0), row.Time(SubjectGrant.Count)), id, jti));

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
}
