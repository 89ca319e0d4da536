using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Users;

/// <summary>A token with which an admin's programs use the API. It never may more than the admin may at that moment.</summary>
public sealed class ApiToken
{
    /// <summary>Public, as the audit log names it.</summary>
    public required string Id { get; init; }

    /// <summary>Hash of the token, which is shown once.</summary>
    public required string Hash { get; init; }

    public required string Name { get; init; }

    /// <summary>Whose it is.</summary>
    public required string UserId { get; init; }

    /// <summary>The token that it was made with, which takes it along when it is revoked; null: made with none.</summary>
    public string? MadeWithId { get; init; }

    /// <summary>What it may at most, as <c>people:read</c>.</summary>
    public List<string> Scopes { get; init; } = [];

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>It works while the person's has this value.</summary>
    public int CredentialGeneration { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>To the minute; null: never.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>Of some tokens, those that were made with a token, directly or not; each after the one that it was made with.</summary>
    /// <param name="id">The token.</param>
    /// <param name="among">Ids of tokens, and of those that they were made with.</param>
    public static IReadOnlyList<string> MadeWith(string id, IEnumerable<(string Id, string? MadeWithId)> among)
    {
        var children = among.ToLookup(a => a.MadeWithId ?? "", a => a.Id, StringComparer.Ordinal);
        List<string> found = [id];
        for (var i = 0; i < found.Count; i++) found.AddRange(children[found[i]]);
        return found[1..];
    }
}

internal sealed class ApiTokenMapping : IEntityTypeConfiguration<ApiToken>
{
    public void Configure(EntityTypeBuilder<ApiToken> token)
    {
        token.ToTable("api_tokens");
        token.HasKey(t => t.Id);
        token.Property(t => t.Id).HasMaxLength(43);
        token.Property(t => t.MadeWithId).HasMaxLength(43);
        token.Property(t => t.Hash).HasMaxLength(43);
        token.HasIndex(t => t.Hash).IsUnique();
        token.Property(t => t.Name).HasMaxLength(100);
        token.HasIndex(t => t.UserId);
        token.HasOne<User>().WithMany().HasForeignKey(t => t.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
