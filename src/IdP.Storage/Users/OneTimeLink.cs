using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Users;

/// <summary>A link that opens one page once: the set-up of the first owner, or "this wasn't me".</summary>
public sealed class OneTimeLink
{
    public const string OwnerSetup = "owner_setup";

    /// <summary>"This wasn't me", in a mail.</summary>
    public const string NotMe = "not_me";

    public required string Hash { get; init; }

    public required string Purpose { get; init; }

    public string? UserId { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; set; }
}

internal sealed class OneTimeLinkMapping : IEntityTypeConfiguration<OneTimeLink>
{
    public void Configure(EntityTypeBuilder<OneTimeLink> link)
    {
        link.ToTable("one_time_links");
        link.HasKey(l => l.Hash);
        link.Property(l => l.Hash).HasMaxLength(43);
        link.Property(l => l.Purpose).HasMaxLength(32);
        link.HasIndex(l => l.ExpiresAt);
    }
}
