using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Users;

/// <summary>A browser in which a person need not verify for some days, where a policy allows it.</summary>
public sealed class RememberedBrowser
{
    /// <summary>Hash of the cookie's value.</summary>
    public required string Hash { get; init; }

    public required string UserId { get; init; }

    /// <summary>It counts while the person's has this value.</summary>
    public int CredentialGeneration { get; init; }

    /// <summary>When identity was verified in it; how long that counts is the policy's to say.</summary>
    public DateTimeOffset VerifiedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public string? UserAgent { get; init; }
}

internal sealed class RememberedBrowserMapping : IEntityTypeConfiguration<RememberedBrowser>
{
    public void Configure(EntityTypeBuilder<RememberedBrowser> browser)
    {
        browser.ToTable("remembered_browsers");
        browser.HasKey(b => b.Hash);
        browser.Property(b => b.Hash).HasMaxLength(43);
        browser.HasIndex(b => b.UserId);
        browser.HasIndex(b => b.ExpiresAt);
        browser.HasOne<User>().WithMany().HasForeignKey(b => b.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
