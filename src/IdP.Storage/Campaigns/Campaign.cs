using IdP.Storage.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Campaigns;

/// <summary>People who are to enrol until one deadline. How far each is stands with the person; a campaign only says who belongs to it.</summary>
public sealed class Campaign
{
    public required string Id { get; init; }

    public required string Name { get; set; }

    /// <summary>The deadline that members got; one who was late already or got more time has another.</summary>
    public DateTimeOffset Deadline { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who started it, as the audit log says it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When members were last reminded by an admin; null: never.</summary>
    public DateTimeOffset? RemindedAt { get; set; }

    /// <summary>When an admin put it away; null: it runs.</summary>
    public DateTimeOffset? ClosedAt { get; set; }

    /// <summary>How far its people were when it was put away: the numbers in the order of the board, JSON; null while it runs.</summary>
    public string? ClosedWith { get; set; }
}

/// <summary>One person of a campaign.</summary>
public sealed class CampaignMember
{
    public required string CampaignId { get; init; }

    public required string UserId { get; init; }

    public DateTimeOffset AddedAt { get; init; }
}

internal sealed class CampaignMapping : IEntityTypeConfiguration<Campaign>
{
    public void Configure(EntityTypeBuilder<Campaign> campaign)
    {
        campaign.ToTable("campaigns");
        campaign.HasKey(c => c.Id);
        campaign.Property(c => c.Id).HasMaxLength(43);
        campaign.Property(c => c.Name).HasMaxLength(100);
        campaign.Property(c => c.CreatedBy).HasMaxLength(128);
        campaign.Property(c => c.ClosedWith).HasMaxLength(128);
    }
}

internal sealed class CampaignMemberMapping : IEntityTypeConfiguration<CampaignMember>
{
    public void Configure(EntityTypeBuilder<CampaignMember> member)
    {
        member.ToTable("campaign_members");
        member.HasKey(m => new { m.CampaignId, m.UserId });
        member.HasIndex(m => m.UserId);
        member.HasOne<Campaign>().WithMany().HasForeignKey(m => m.CampaignId).OnDelete(DeleteBehavior.Cascade);
        member.HasOne<User>().WithMany().HasForeignKey(m => m.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
