using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Settings;

/// <summary>One setting that differs from its default.</summary>
public sealed class Setting
{
    /// <summary>Name as in the declarative file, such as <c>verificationAttempts</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its JSON value.</summary>
    public required string Value { get; set; }
}

internal sealed class SettingMapping : IEntityTypeConfiguration<Setting>
{
    public void Configure(EntityTypeBuilder<Setting> setting)
    {
        setting.ToTable("settings");
        setting.HasKey(s => s.Name);
        setting.Property(s => s.Name).HasMaxLength(64);
    }
}
