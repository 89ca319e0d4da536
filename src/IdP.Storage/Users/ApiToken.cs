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

    /// <summary>What it may at most, as <c>people:read</c>.</summary>
    public List<string> Scopes { get; init; } = [];

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>It works while the person's has this value.</summary>
    public int CredentialGeneration { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>To the minute; null: never.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }
}

internal sealed class ApiTokenMapping : IEntityTypeConfiguration<ApiToken>
{
    public void Configure(EntityTypeBuilder<ApiToken> token)
    {
        token.ToTable("api_tokens");
        token.HasKey(t => t.Id);
        token.Property(t => t.Id).HasMaxLength(43);
        token.Property(t => t.Hash).HasMaxLength(43);
        token.HasIndex(t => t.Hash).IsUnique();
        token.Property(t => t.Name).HasMaxLength(100);
        token.HasIndex(t => t.UserId);
        token.HasOne<User>().WithMany().HasForeignKey(t => t.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
