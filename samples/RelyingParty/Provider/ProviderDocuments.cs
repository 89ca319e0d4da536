using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Samples.RelyingParty.Provider;

/// <summary>The provider's discovery document and signing keys: fetched when first needed, then remembered.</summary>
internal sealed class ProviderDocuments(HttpClient http, ClientSettings client, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    // Anyone can post a logout token with an invented key id; that must not become a flood of requests for keys.
    private static readonly TimeSpan BetweenRefetches = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim gate = new(1);
    private (ProviderMetadata Value, DateTimeOffset At)? metadata;
    private (IReadOnlyList<JsonWebKey> Value, DateTimeOffset At)? keys;

    public async Task<ProviderMetadata> GetMetadataAsync(CancellationToken ct)
    {
        await gate.WaitAsync(ct);
        try
        {
            return await LoadMetadataAsync(ct);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>
    /// Finds the keys a token may be signed with, by the key id in its header; null when it names none (OIDC Core §10.1).
    /// </summary>
    /// <returns>The key with that id, or all keys when none is named; empty when the provider has no such key.</returns>
    public async Task<IReadOnlyList<JsonWebKey>> GetKeysAsync(string? kid, CancellationToken ct)
    {
        await gate.WaitAsync(ct);
        try
        {
            // OIDC Core §10.1.1: an unknown key id is how a client notices that keys were rotated.
            var found = Matching(await LoadKeysAsync(Lifetime, ct), kid);
            return found.Count > 0 ? found : Matching(await LoadKeysAsync(BetweenRefetches, ct), kid);
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private static List<JsonWebKey> Matching(IReadOnlyList<JsonWebKey> keys, string? kid) =>
        [.. keys.Where(key => kid is null || key.Kid == kid)];

    private async Task<ProviderMetadata> LoadMetadataAsync(CancellationToken ct)
    {
        if (metadata is { } kept && clock.GetUtcNow() < kept.At + Lifetime) return kept.Value;
        var json = await FetchAsync(client.Authority.TrimEnd('/') + "/.well-known/openid-configuration", ct);
        var loaded = ProviderMetadata.Read(json, client.Authority);
        metadata = (loaded, clock.GetUtcNow());
        return loaded;
    }

    private async Task<IReadOnlyList<JsonWebKey>> LoadKeysAsync(TimeSpan maxAge, CancellationToken ct)
    {
        if (keys is { } kept && clock.GetUtcNow() < kept.At + maxAge) return kept.Value;
        var json = await FetchAsync((await LoadMetadataAsync(ct)).JwksUri, ct);
        // RFC 7517 §4.2: a key set may hold encryption keys too.
        IReadOnlyList<JsonWebKey> loaded =
            [.. new JsonWebKeySet(json.GetRawText()).Keys.Where(key => key.Use is null or "" or "sig")];
        keys = (loaded, clock.GetUtcNow());
        return loaded;
    }

    private async Task<JsonElement> FetchAsync(string url, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        var (status, json) = await http.SendForJsonAsync(request, ct);
        return status == 200 ? json : throw new ProviderException($"The identity provider answered {status} to {url}.");
    }
}
