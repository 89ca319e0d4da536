using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Grants;

/// <summary>An authorization request parked while pages run.</summary>
public sealed class Interaction
{
    /// <summary>Hash of the handle in the page's address.</summary>
    public required string Hash { get; init; }

    public required string ClientId { get; init; }

    /// <summary>The checked request parameters as a JSON object of strings; what they demand is frozen here.</summary>
    public required string Parameters { get; init; }

    /// <summary>When the request began.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The person who pressed Allow for this very request, or null.</summary>
    public string? ConsentUserId { get; set; }

    /// <summary>A fresh choice of person was made for this request (<c>prompt=select_account</c>).</summary>
    public DateTimeOffset? AccountChosenAt { get; set; }

    /// <summary>When it was answered; it is never answered twice.</summary>
    public DateTimeOffset? CompletedAt { get; set; }
}

internal sealed class InteractionMapping : IEntityTypeConfiguration<Interaction>
{
    public void Configure(EntityTypeBuilder<Interaction> interaction)
    {
        interaction.ToTable("interactions");
        interaction.HasKey(i => i.Hash);
        interaction.Property(i => i.Hash).HasMaxLength(43);
        interaction.HasIndex(i => i.ExpiresAt);
    }
}
