using IdP.Storage.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Enrollments;

/// <summary>Why an enrollment period runs.</summary>
public enum EnrollmentCause
{
    /// <summary>Identity verification was required for the first time.</summary>
    New,

    /// <summary>The authenticators were reset.</summary>
    Reset,

    /// <summary>An admin unlocked the account.</summary>
    Unlock,
}

/// <summary>How far one person is with identity verification; the row exists once anything about it was decided.</summary>
public sealed class Enrollment
{
    public required string UserId { get; init; }

    /// <summary>When it was first required; null: not required.</summary>
    public DateTimeOffset? RequiredAt { get; set; }

    /// <summary>Who asked: <c>admin</c>, <c>self</c>, or the resource that met the person first, such as <c>client:payroll</c>.</summary>
    public string? RequiredBy { get; set; }

    /// <summary>The end of the enrollment period. At this instant it is over.</summary>
    public DateTimeOffset? Deadline { get; set; }

    public EnrollmentCause Cause { get; set; }

    /// <summary>Set up at the next sign-in; nothing can be skipped.</summary>
    public bool MustEnroll { get; set; }

    /// <summary>
    /// When the sweep or a sign-in found the deadline passed; from then on only an admin opens the account. The
    /// decision does not wait for it: it looks at the deadline.
    /// </summary>
    public DateTimeOffset? LockedAt { get; set; }

    /// <summary>The reference number that the person reads out to support.</summary>
    public string? LockReference { get; set; }

    /// <summary>When the first authenticator of the present enrollment was confirmed.</summary>
    public DateTimeOffset? ActiveSince { get; set; }

    /// <summary>The next first enrollment needs a proof besides the password: after an expiry unlock, for one.</summary>
    public bool ProofRequired { get; set; }

    /// <summary>The days left that the last reminder told of; null: none was sent in this period.</summary>
    public int? RemindedDays { get; set; }

    /// <summary>How often "Skip for now" was chosen in this period.</summary>
    public int Skips { get; set; }
}

internal sealed class EnrollmentMapping : IEntityTypeConfiguration<Enrollment>
{
    public void Configure(EntityTypeBuilder<Enrollment> enrollment)
    {
        enrollment.ToTable("enrollments");
        enrollment.HasKey(e => e.UserId);
        enrollment.Property(e => e.UserId).HasMaxLength(64);
        enrollment.Property(e => e.RequiredBy).HasMaxLength(256);
        enrollment.Property(e => e.LockReference).HasMaxLength(32);
        enrollment.HasIndex(e => e.Deadline);
        enrollment.HasOne<User>().WithOne().HasForeignKey<Enrollment>(e => e.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
