using System.Collections.Frozen;
using IdP.Storage;
using IdP.Storage.Database;
using IdP.Verification;
using IdP.Storage.Changes;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;

namespace IdP.Server.Admin.Access;

/// <summary>Finds out who calls the API, and asks the one decision whether they still may.</summary>
internal sealed class ApiCallers(IdPDatabase database, Catalog catalog, TimeProvider clock)
{
    /// <summary>Begins every token, so that scanners find one that was published by mistake.</summary>
    public const string Prefix = "idp_";

    private const string Query = $"""
        SELECT t.id, t.scopes, t.created_at, t.credential_generation, t.last_used_at, t.expires_at, {PersonRow.Columns}
        FROM api_tokens t JOIN users u ON u.id = t.user_id {PersonRow.Joins}
        WHERE t.hash = @p0 AND t.revoked_at IS NULL AND t.expires_at > @p1
        """;

    private sealed record Found(string Id, string Scopes, DateTimeOffset CreatedAt, int Generation, DateTimeOffset? LastUsedAt, DateTimeOffset ExpiresAt, Person Person);

    /// <summary>The caller of a token; null: unknown, revoked, too old, or its owner is nobody who may administer now.</summary>
    public async Task<Actor?> FindAsync(string token)
    {
        if (!token.StartsWith(Prefix, StringComparison.Ordinal) || token.Length != Prefix.Length + 43) return null;
        var (hash, now) = (Handle.HashOf(token[Prefix.Length..]), clock.GetUtcNow());
        var found = await database.ReadAsync(s => s.FirstAsync(
            Query,
            row => new Found(row.GetString(0), row.GetString(1), row.Time(2), row.GetInt32(3), row.NullableTime(4), row.Time(5), PersonRow.Read(row, 6)),
            hash, now));
        if (found is null || found.Generation != found.Person.CredentialGeneration || found.Person.MustChangePassword) return null;
        if (!IsLetIn(found, (await catalog.GetAsync()).Verification, now)) return null;

        await NoteUseAsync(found, now);
        var scopes = System.Text.Json.JsonSerializer.Deserialize<List<string>>(found.Scopes)!;
        return new Actor("token:" + found.Id)
        {
            UserId = found.Person.Id,
            Token = (found.Id, found.ExpiresAt),
            Rights = Rights.Of(found.Person.Roles).Where(r => scopes.Contains(Rights.Scope(r))).ToFrozenSet(),
        };
    }

    // A token is made by somebody who has just verified, and stands for that: what it continues is judged as a refresh is.
    private static bool IsLetIn(Found found, VerificationSettings settings, DateTimeOffset now)
    {
        var session = new SessionState { PasswordAt = found.CreatedAt, VerifiedAt = found.CreatedAt, Amr = ["pwd", "otp", "mfa"] };
        var decision = VerificationPolicy.Decide(Policies.Admin, found.Person.State, session, new RequestDemands { Continuation = true }, settings, now);
        return decision is Decision.Proceed proceed && Acr.Meets(proceed.Acr, Acr.Verified);
    }

    private async Task NoteUseAsync(Found found, DateTimeOffset now)
    {
        if (now - found.LastUsedAt < TimeSpan.FromMinutes(1)) return;
        await database.WriteAsync(s => s.ExecuteAsync("UPDATE api_tokens SET last_used_at = @p0 WHERE id = @p1", now, found.Id));
    }
}
