using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Clients;

/// <summary>A registered API that access tokens can be made for (RFC 8707).</summary>
public sealed class ApiResource
{
    /// <summary>The absolute URI that stands in <c>resource</c> and in the token's <c>aud</c>.</summary>
    public required string Audience { get; init; }

    public required string DisplayName { get; set; }

    /// <summary>The scopes it understands.</summary>
    public List<string> Scopes { get; set; } = [];

    /// <summary>The level a person must have reached for a token; null: any.</summary>
    public string? RequiredAcr { get; set; }
}

internal sealed class ApiResourceMapping : IEntityTypeConfiguration<ApiResource>
{
    public void Configure(EntityTypeBuilder<ApiResource> api)
    {
        api.ToTable("api_resources");
        api.HasKey(a => a.Audience);
        api.Property(a => a.Audience).HasMaxLength(512);
        api.Property(a => a.DisplayName).HasMaxLength(128);
        api.Property(a => a.RequiredAcr).HasMaxLength(16);
    }
}
