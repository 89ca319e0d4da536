using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Samples.Api.Tokens;

/// <summary>The keys that the identity provider signs with: fetched when first needed, then remembered.</summary>
internal sealed class IssuerKeys(ApiSettings settings, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    // Anyone can send a token with an invented key id; that must not become a flood of requests for keys.
    private static readonly TimeSpan BetweenFetches = TimeSpan.FromSeconds(10);

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    })
    {
        Timeout = TimeSpan.FromSeconds(5),
        MaxResponseContentBufferSize = 1024 * 1024,
    };

    private readonly SemaphoreSlim gate = new(1);
    private List<JsonWebKey> keys = [];
    private DateTimeOffset fetchedAt = DateTimeOffset.MinValue;
    private DateTimeOffset triedAt = DateTimeOffset.MinValue;

    /// <param name="kid">The key id in the token's header.</param>
    /// <param name="ct">Ends the wait, not the fetch that others wait for as well.</param>
    /// <returns>The key, or nothing when the provider has none of that id; null when the provider cannot be asked.</returns>
    public async Task<List<JsonWebKey>?> FindAsync(string? kid, CancellationToken ct)
    {
        await gate.WaitAsync(ct);
        try
        {
            var now = clock.GetUtcNow();
            // OIDC Core §10.1.1: an unknown key id is how one notices that keys were rotated. What is old is fetched
            // again too: a key that was taken back must not be believed for ever.
            var (fresh, found) = (now < fetchedAt + Lifetime, keys.FindAll(key => key.Kid == kid));
            if (fresh && found.Count > 0) return found;
            if (now < triedAt + BetweenFetches) return fresh ? found : null;

            triedAt = now;
            if (await TryFetchAsync() is not { } fetched) return fresh ? found : null;
            (keys, fetchedAt) = (fetched, now);
            return keys.FindAll(key => key.Kid == kid);
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose()
    {
        gate.Dispose();
        http.Dispose();
    }

    private async Task<List<JsonWebKey>?> TryFetchAsync()
    {
        try
        {
            using var metadata = JsonDocument.Parse(
                await http.GetStringAsync(settings.Authority.TrimEnd('/') + "/.well-known/openid-configuration"));
            // OIDC Discovery §4.3: the document must speak for exactly the issuer that was asked for.
            if (metadata.RootElement.GetProperty("issuer").GetString() != settings.Authority) return null;
            var json = await http.GetStringAsync(metadata.RootElement.GetProperty("jwks_uri").GetString());
            // RFC 7517 §4.2: a key set may hold encryption keys too.
            return [.. new JsonWebKeySet(json).Keys.Where(key => key.Use is null or "" or "sig")];
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or JsonException
            or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }
}
