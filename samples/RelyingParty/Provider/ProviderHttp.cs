using System.Text.Json;

namespace Samples.RelyingParty.Provider;

/// <summary>How the app itself, not the browser, talks to the provider.</summary>
internal static class ProviderHttp
{
    public static HttpClient NewClient() => new(new SocketsHttpHandler
    {
        // A redirect could carry client credentials to another place; no endpoint used here answers with one.
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    })
    {
        Timeout = TimeSpan.FromSeconds(20),
        MaxResponseContentBufferSize = 1024 * 1024,
    };

    /// <summary>Sends a request whose answer is a JSON object, whatever its status.</summary>
    public static async Task<(int Status, JsonElement Json)> SendForJsonAsync(
        this HttpClient http, HttpRequestMessage request, CancellationToken ct)
    {
        try
        {
            using var response = await http.SendAsync(request, ct);
            using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(ct));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? ((int)response.StatusCode, document.RootElement.Clone())
                : throw new ProviderException("The identity provider's answer is not a JSON object.");
        }
        catch (JsonException e)
        {
            throw new ProviderException("The identity provider's answer is not JSON.", e);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            throw new ProviderException("The identity provider cannot be reached.", e);
        }
    }
}
