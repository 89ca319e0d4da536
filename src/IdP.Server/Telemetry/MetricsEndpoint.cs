using System.Security.Cryptography;
using System.Text;
using IdP.Server.Hosting;

namespace IdP.Server.Telemetry;

/// <summary><c>/metrics</c>: figures of this node for whoever holds the token of the configuration; without one there are none.</summary>
internal static class MetricsEndpoint
{
    private const string Scheme = "Bearer ";

    public static void Map(WebApplication app)
    {
        var token = app.Services.GetRequiredService<IdPOptions>().Metrics.Token;
        var expected = token is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(token));
        // From the start, or the first reading would not know what was counted before. Who wants no figures pays for none.
        var metrics = token is null ? null : app.Services.GetRequiredService<MetricsText>();
        app.MapGet("/metrics", (HttpContext http) =>
        {
            if (metrics is null) return Results.NotFound();
            http.Response.Headers.CacheControl = "no-store";
            if (Allows(http.Request, expected!)) return Results.Text(metrics.Write(), MetricsText.ContentType);
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return Results.StatusCode(StatusCodes.Status401Unauthorized);
        });
    }

    private static bool Allows(HttpRequest request, byte[] expected) =>
        request.Headers.Authorization is [{ } header] && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim())), expected);
}
