using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Users;

/// <summary>A registered group: what its name means and what it gives to everybody in it. Groups need no registration.</summary>
public sealed class Group
{
    /// <summary>As it stands in <see cref="User.Groups"/>; compared exactly.</summary>
    public required string Name { get; init; }

    public string? Description { get; set; }

    /// <summary>Claims of everybody in it: name to JSON value.</summary>
    public Dictionary<string, JsonElement> Claims { get; set; } = [];

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class GroupMapping : IEntityTypeConfiguration<Group>
{
    public void Configure(EntityTypeBuilder<Group> group)
    {
        group.ToTable("groups");
        group.HasKey(g => g.Name);
        group.Property(g => g.Name).HasMaxLength(128);
        group.Property(g => g.Description).HasMaxLength(256);
    }
}
