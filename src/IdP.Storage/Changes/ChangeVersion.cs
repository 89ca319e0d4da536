using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Changes;

/// <summary>
/// A number that rises with every change of what nodes keep in memory (clients, policies, settings, keys), in the
/// transaction of the change. A node whose number is older reads anew.
/// </summary>
public sealed class ChangeVersion
{
    /// <summary>The only topic so far.</summary>
    public const string Catalog = "catalog";

    public required string Topic { get; init; }

    public long Version { get; set; }
}

internal sealed class ChangeVersionMapping : IEntityTypeConfiguration<ChangeVersion>
{
    public void Configure(EntityTypeBuilder<ChangeVersion> change)
    {
        change.ToTable("change_versions");
        change.HasKey(c => c.Topic);
        change.Property(c => c.Topic).HasMaxLength(32);
        change.HasData(new ChangeVersion { Topic = ChangeVersion.Catalog, Version = 1 });
    }
}
