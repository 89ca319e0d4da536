using IdP.Storage.Clients;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Grants;

/// <summary>How far a device is.</summary>
public enum DeviceState
{
    /// <summary>Nobody has answered yet.</summary>
    Pending,

    Approved,

    Denied,

    /// <summary>The device has its tokens.</summary>
    Redeemed,
}

/// <summary>RFC 8628: a device that waits for somebody to type its code elsewhere.</summary>
public sealed class DeviceAuthorization
{
    /// <summary>Hash of the device code.</summary>
    public required string Hash { get; init; }

    /// <summary>Hash of the user code in its normal form.</summary>
    public required string UserCodeHash { get; init; }

    public required string ClientId { get; init; }

    public required string Scope { get; init; }

    /// <summary>Requested resources (RFC 8707), separated by spaces; null: none.</summary>
    public string? Resource { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Seconds between two polls; five more with each <c>slow_down</c>.</summary>
    public int Interval { get; set; }

    public DateTimeOffset? LastPolledAt { get; set; }

    public DeviceState State { get; set; }

    /// <summary>What the person allowed; set with the approval.</summary>
    public string? AuthorizationId { get; set; }

    /// <summary>Thumbprint of the key that the device proved when it began (RFC 9449); null: none.</summary>
    public string? DpopJkt { get; init; }
}

internal sealed class DeviceAuthorizationMapping : IEntityTypeConfiguration<DeviceAuthorization>
{
    public void Configure(EntityTypeBuilder<DeviceAuthorization> device)
    {
        device.ToTable("device_authorizations");
        device.HasKey(d => d.Hash);
        device.Property(d => d.Hash).HasMaxLength(43);
        device.Property(d => d.UserCodeHash).HasMaxLength(43);
        device.Property(d => d.DpopJkt).HasMaxLength(43);
        device.HasIndex(d => d.UserCodeHash).IsUnique();
        device.HasIndex(d => d.ExpiresAt);
        device.HasOne<Client>().WithMany().HasForeignKey(d => d.ClientId).OnDelete(DeleteBehavior.Cascade);
    }
}
