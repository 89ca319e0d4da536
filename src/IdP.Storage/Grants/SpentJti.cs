using IdP.Storage.Database;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Grants;

/// <summary>A proof that was shown once: a DPoP proof or a client assertion. It is refused on every node until it is too old anyway.</summary>
public sealed class SpentJti
{
    /// <summary>Hash of who showed it and of its <c>jti</c>.</summary>
    public required string Hash { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>Spends proofs.</summary>
public static class SpentJtis
{
    /// <summary>Spends a proof; of any number of callers, on any node, one gets true.</summary>
    /// <param name="statements">The transaction.</param>
    /// <param name="owner">Who showed it: a client or a key.</param>
    /// <param name="jti">The proof's own identifier.</param>
    /// <param name="expiresAt">From when on the proof would be refused for its age.</param>
    public static async ValueTask<bool> SpendAsync(this Statements statements, string owner, string jti, DateTimeOffset expiresAt) =>
        await statements.ExecuteAsync(
            "INSERT INTO spent_jtis (hash, expires_at) VALUES (@p0, @p1) ON CONFLICT (hash) DO NOTHING", Handle.HashOf(owner + "\0" + jti), expiresAt) == 1;
}

internal sealed class SpentJtiMapping : IEntityTypeConfiguration<SpentJti>
{
    public void Configure(EntityTypeBuilder<SpentJti> spent)
    {
        spent.ToTable("spent_jtis");
        spent.HasKey(s => s.Hash);
        spent.Property(s => s.Hash).HasMaxLength(43);
        spent.HasIndex(s => s.ExpiresAt);
    }
}
