using IdP.Storage.Clients;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Grants;

/// <summary>RFC 9126: an authorization request that the client has pushed; its reference is used once.</summary>
public sealed class PushedRequest
{
    /// <summary>Hash of the random part of the <c>request_uri</c>.</summary>
    public required string Hash { get; init; }

    public required string ClientId { get; init; }

    /// <summary>The checked parameters as a JSON object of strings.</summary>
    public required string Parameters { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; set; }
}

internal sealed class PushedRequestMapping : IEntityTypeConfiguration<PushedRequest>
{
    public void Configure(EntityTypeBuilder<PushedRequest> request)
    {
        request.ToTable("pushed_requests");
        request.HasKey(r => r.Hash);
        request.Property(r => r.Hash).HasMaxLength(43);
        request.HasIndex(r => r.ExpiresAt);
        request.HasOne<Client>().WithMany().HasForeignKey(r => r.ClientId).OnDelete(DeleteBehavior.Cascade);
    }
}
