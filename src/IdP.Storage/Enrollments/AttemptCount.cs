using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Enrollments;

/// <summary>What is counted.</summary>
public static class AttemptKind
{
    /// <summary>Failed passwords of an account; the owner is the user's id, or a hash of a name nobody has.</summary>
    public const string Password = "password";

    /// <summary>Failed codes of a person, at whatever place they were typed; the owner is the user's id.</summary>
    public const string Verification = "verification";

    /// <summary>Device codes that led to nothing; the owner is the user's id.</summary>
    public const string Device = "device";

    /// <summary>Device codes that led to nothing, from one network address, in one span of time.</summary>
    public const string DeviceAddress = "device-address";

    /// <summary>Failures from one network address, in one span of time.</summary>
    public const string Address = "address";

    /// <summary>Mails with a code or a link: sent to one person, or asked for from one network address in one span of time.</summary>
    public const string Mail = "mail";

    /// <summary>Wrong chosen secrets of one client from one network address, in one span of time.</summary>
    public const string ClientSecret = "client-secret";

    /// <summary>Requests that wait, of one network address or one client, in one span of time.</summary>
    public const string Request = "request";
}

/// <summary>Guesses that were counted before they were compared.</summary>
public sealed class AttemptCount
{
    /// <summary>One of <see cref="AttemptKind"/>.</summary>
    public required string Kind { get; init; }

    public required string Owner { get; init; }

    public int Failures { get; set; }

    public DateTimeOffset LastAt { get; set; }

    /// <summary>When the limit was reached; null while it was not.</summary>
    public DateTimeOffset? LockedAt { get; set; }

    /// <summary>When the lock ends by itself; null: when an admin ends it.</summary>
    public DateTimeOffset? LockedUntil { get; set; }

    public string? Reference { get; set; }
}

internal sealed class AttemptCountMapping : IEntityTypeConfiguration<AttemptCount>
{
    public void Configure(EntityTypeBuilder<AttemptCount> count)
    {
        count.ToTable("attempt_counts");
        count.HasKey(c => new { c.Kind, c.Owner });
        count.Property(c => c.Kind).HasMaxLength(16);
        count.Property(c => c.Owner).HasMaxLength(64);
        count.Property(c => c.Reference).HasMaxLength(32);
        count.HasIndex(c => c.LastAt);
    }
}
