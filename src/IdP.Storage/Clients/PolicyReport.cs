using IdP.Storage.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Clients;

/// <summary>Whether a person was asked at a resource on a day, and whether the draft of its policy would have asked them.</summary>
public sealed class PolicyReport
{
    /// <summary>As <c>client:payroll</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>When the day began, in UTC.</summary>
    public DateTimeOffset Day { get; init; }

    public required string UserId { get; init; }

    /// <summary>The policy in force asked.</summary>
    public bool Live { get; set; }

    /// <summary>The draft would have asked.</summary>
    public bool Draft { get; set; }
}

internal sealed class PolicyReportMapping : IEntityTypeConfiguration<PolicyReport>
{
    public void Configure(EntityTypeBuilder<PolicyReport> report)
    {
        report.ToTable("policy_reports");
        report.HasKey(r => new { r.Resource, r.Day, r.UserId });
        report.Property(r => r.Resource).HasMaxLength(160);
        report.HasOne<User>().WithMany().HasForeignKey(r => r.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
