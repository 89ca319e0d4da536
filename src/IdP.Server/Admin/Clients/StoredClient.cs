using IdP.Server.Admin.Api;
using IdP.Storage;
using IdP.Storage.Clients;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Clients;

/// <summary>A client with its policy and its secrets.</summary>
/// <param name="Policy">Added to the context when none was stored; then nothing is asked.</param>
internal sealed record StoredClient(Client Client, ResourcePolicyRow Policy, List<ClientSecret> Secrets)
{
    /// <summary>The name in audit events.</summary>
    public string Resource => ResourceKind.Client + ":" + Client.ClientId;

    /// <exception cref="StaleException">It is not as the caller saw it.</exception>
    public void Demand(string? ifMatch) => ETags.Demand(ifMatch, ShowClient.Of(Client, Policy, [], default));

    public bool HasSecret(DateTimeOffset now) => Secrets.Exists(s => s.ExpiresAt is null || s.ExpiresAt > now);
}

internal static class StoredClients
{
    public static async Task<StoredClient?> FindClientAsync(this IdPDbContext db, string clientId, CancellationToken ct)
    {
        if (await db.Clients.FindAsync([clientId], ct) is not { } client) return null;
        var policy = await db.ResourcePolicies.FindAsync([ResourceKind.Client, clientId], ct) ?? db.ResourcePolicies.Add(NewPolicy(clientId)).Entity;
        return new StoredClient(client, policy, await db.ClientSecrets.Where(s => s.ClientId == clientId).OrderBy(s => s.CreatedAt).ToListAsync(ct));
    }

    public static ResourcePolicyRow NewPolicy(string clientId) =>
        new() { Kind = ResourceKind.Client, ResourceId = clientId, Mode = VerificationMode.NotRequired };
}
