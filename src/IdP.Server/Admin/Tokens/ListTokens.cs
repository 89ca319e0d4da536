using IdP.Server.Admin.Access;
using IdP.Storage.Database;
using IdP.Storage.Users;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Tokens;

/// <summary>API tokens that still work: everybody's for who may revoke them, else one's own. Never the tokens themselves.</summary>
internal sealed class ListTokens(IdPDatabase database, TimeProvider clock)
{
    public sealed record Row(
        string Id, string Name, string Username, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt)
    {
        /// <summary>How many tokens that still work were made with it, directly or not, whoever's: they are revoked with it.</summary>
        public int MadeWithIt { get; init; }
    }

    public async Task<IReadOnlyList<Row>> HandleAsync(Actor actor, CancellationToken ct)
    {
        await using var db = database.CreateContext();
        var (now, all) = (clock.GetUtcNow(), actor.Has(Right.TokensWrite));
        var working = db.ApiTokens.AsNoTracking().Where(t => t.RevokedAt == null && t.ExpiresAt > now);
        var made = await MakersAsync(working, ct);
        var rows = await working.Where(t => all || t.UserId == actor.UserId)
            .Join(db.Users, t => t.UserId, u => u.Id, (t, u) => new { Token = t, u.UserName, u.CredentialGeneration })
            // A new password, a reset or "sign out everywhere" ended it.
            .Where(r => r.Token.CredentialGeneration == r.CredentialGeneration)
            .OrderByDescending(r => r.Token.CreatedAt)
            .Select(r => new Row(r.Token.Id, r.Token.Name, r.UserName, r.Token.Scopes, r.Token.CreatedAt, r.Token.ExpiresAt, r.Token.LastUsedAt))
            .ToListAsync(ct);
        return rows.ConvertAll(r => r with { MadeWithIt = ApiToken.MadeWith(r.Id, made).Count });
    }

    /// <summary>Of those that were made with others: which, with which.</summary>
    public static Task<List<(string Id, string? MadeWithId)>> MakersAsync(IQueryable<ApiToken> tokens, CancellationToken ct) =>
        tokens.Where(t => t.MadeWithId != null).Select(t => new ValueTuple<string, string?>(t.Id, t.MadeWithId)).ToListAsync(ct);
}
