using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Outbox;

public enum OutboxState
{
    /// <summary>To be sent.</summary>
    Waiting,

    Sent,

    /// <summary>Given up after the last retry.</summary>
    Failed,

    /// <summary>The person has no address, or no mail server is set up: kept to be read.</summary>
    Kept,
}

/// <summary>A mail, written in the transaction of what it tells about and sent later.</summary>
public sealed class OutboxMessage
{
    public required string Id { get; init; }

    /// <summary>Which mail it is: <c>E1</c>, …</summary>
    public required string Kind { get; init; }

    public string? UserId { get; init; }

    public string? To { get; init; }

    public required string Subject { get; init; }

    public required string Text { get; init; }

    public required string Html { get; init; }

    public OutboxState State { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset NextAttemptAt { get; set; }

    public DateTimeOffset? SentAt { get; set; }

    public string? Error { get; set; }
}

internal sealed class OutboxMessageMapping : IEntityTypeConfiguration<OutboxMessage>
{
    public void Configure(EntityTypeBuilder<OutboxMessage> message)
    {
        message.ToTable("outbox_messages");
        message.HasKey(m => m.Id);
        message.Property(m => m.Id).HasMaxLength(64);
        message.Property(m => m.Kind).HasMaxLength(16);
        message.Property(m => m.To).HasMaxLength(320);
        message.Property(m => m.Subject).HasMaxLength(256);
        message.Property(m => m.Error).HasMaxLength(512);
        message.HasIndex(m => new { m.State, m.NextAttemptAt });
        message.HasIndex(m => m.CreatedAt);
        // A campaign counts its mails without reading them.
        message.HasIndex(m => new { m.Kind, m.UserId, m.CreatedAt, m.State });
    }
}
