using IdP.Storage.Clients;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Outbox;

/// <summary>An application that is to be told, by a back-channel logout, that a session ended.</summary>
public sealed class LogoutDelivery
{
    public required string ClientId { get; init; }

    public required string UserId { get; init; }

    public required string SessionId { get; init; }

    public OutboxState State { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset NextAttemptAt { get; set; }

    public DateTimeOffset? SentAt { get; set; }

    public string? Error { get; set; }
}

internal sealed class LogoutDeliveryMapping : IEntityTypeConfiguration<LogoutDelivery>
{
    public void Configure(EntityTypeBuilder<LogoutDelivery> delivery)
    {
        delivery.ToTable("logout_deliveries");
        // One session is ended once; a second look at it tells nobody again.
        delivery.HasKey(d => new { d.SessionId, d.ClientId });
        delivery.Property(d => d.UserId).HasMaxLength(64);
        delivery.Property(d => d.SessionId).HasMaxLength(64);
        delivery.Property(d => d.Error).HasMaxLength(512);
        delivery.HasIndex(d => new { d.State, d.NextAttemptAt });
        delivery.HasOne<Client>().WithMany().HasForeignKey(d => d.ClientId).OnDelete(DeleteBehavior.Cascade);
    }
}
