using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Keys;

/// <summary>A key that signs tokens. Published first, used later, then only published until its last token expired.</summary>
public sealed class SigningKey
{
    /// <summary>The JWK's <c>kid</c>.</summary>
    public required string Kid { get; init; }

    /// <summary><c>RS256</c> or <c>ES256</c>.</summary>
    public required string Algorithm { get; init; }

    /// <summary>PKCS#8, encrypted under the master key.</summary>
    public required string ProtectedPrivateKey { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it signs.</summary>
    public DateTimeOffset ActiveFrom { get; set; }

    /// <summary>From when on it signs no more; null: no successor yet.</summary>
    public DateTimeOffset? RetiredAt { get; set; }

    /// <summary>From when on it is not published any more.</summary>
    public DateTimeOffset? RemovedAt { get; set; }
}

/// <summary>One element of ASP.NET Core's data-protection ring.</summary>
public sealed class DataProtectionKey
{
    public required string Name { get; init; }

    /// <summary>The element, its secret encrypted under the master key.</summary>
    public required string Xml { get; init; }
}

internal sealed class KeyMapping : IEntityTypeConfiguration<SigningKey>, IEntityTypeConfiguration<DataProtectionKey>
{
    public void Configure(EntityTypeBuilder<SigningKey> key)
    {
        key.ToTable("signing_keys");
        key.HasKey(k => k.Kid);
        key.Property(k => k.Kid).HasMaxLength(64);
        key.Property(k => k.Algorithm).HasMaxLength(16);
    }

    public void Configure(EntityTypeBuilder<DataProtectionKey> key)
    {
        key.ToTable("data_protection_keys");
        key.HasKey(k => k.Name);
        key.Property(k => k.Name).HasMaxLength(128);
    }
}
