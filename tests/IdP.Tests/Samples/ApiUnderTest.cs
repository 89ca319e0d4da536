using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using IdP.Testing;
using IdP.Tests.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Samples.Api;

namespace IdP.Tests.Samples;

/// <summary>The payroll API on a port, with an issuer that a test can make say and sign anything.</summary>
internal sealed class ApiUnderTest : IAsyncDisposable
{
    public const string Audience = "https://payroll.example";

    private readonly WebApplication api;
    private readonly LoopbackApp issuer;
    private readonly HttpClient http = new();

    private ApiUnderTest(WebApplication api, LoopbackApp issuer, TestClock clock) => (this.api, this.issuer, Clock) = (api, issuer, clock);

    public TestClock Clock { get; }

    public string Issuer => Address(issuer);

    /// <summary>Signs the tokens of this issuer; published unless it is another one.</summary>
    public ClientKey Key { get; } = new();

    /// <summary>What the issuer publishes; null: it is away.</summary>
    public IReadOnlyList<ClientKey>? Published { get; set; }

    /// <summary>How often the issuer was asked for its keys.</summary>
    public int Fetches { get; private set; }

    public static async Task<ApiUnderTest> StartAsync()
    {
        ApiUnderTest? self = null;
        var provider = await LoopbackApp.StartAsync(app =>
        {
            app.MapGet("/.well-known/openid-configuration", () => new { issuer = self!.Issuer, jwks_uri = self.Issuer + "/jwks" });
            app.MapGet("/jwks", () => self!.Keys());
        });
        var clock = new TestClock();
        var built = PayrollApi.Build([$"--Authority={Address(provider)}", $"--Audience={Audience}", "--Urls=http://127.0.0.1:0"], clock);
        self = new ApiUnderTest(built, provider, clock);
        self.Published = [self.Key];
        await built.StartAsync();
        return self;
    }

    /// <summary>A good access token for everything; changes with a null value take a member out.</summary>
    public string Token((string Name, object? Value)[]? header = null, (string Name, object? Value)[]? claims = null, ClientKey? key = null)
    {
        key ??= Key;
        Dictionary<string, object?> head = new() { ["typ"] = "at+jwt", ["alg"] = key.Algorithm, ["kid"] = key.Kid };
        Dictionary<string, object?> body = new()
        {
            ["iss"] = Issuer, ["aud"] = Audience, ["sub"] = "maya", ["client_id"] = "notes", ["jti"] = "1", ["scope"] = "payroll.read payroll.write",
            ["iat"] = At(TimeSpan.Zero), ["exp"] = At(TimeSpan.FromMinutes(10)), ["auth_time"] = At(TimeSpan.Zero), ["acr"] = "mfa",
        };
        foreach (var (name, value) in header ?? []) head[name] = value;
        foreach (var (name, value) in claims ?? []) body[name] = value;
        return key.Sign(head, body);
    }

    /// <summary>Seconds since 1970, so long from now.</summary>
    public long At(TimeSpan fromNow) => (Clock.Now + fromNow).ToUnixTimeSeconds();

    public async Task<ApiResponse> SendAsync(string path, string? token, HttpMethod? method = null, string? body = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, api.Urls.Single() + path);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request);
        var challenge = response.Headers.TryGetValues("WWW-Authenticate", out var values) ? values.Single() : null;
        return new ApiResponse(response.StatusCode, challenge, await response.Content.ReadAsStringAsync(), response.Headers.RetryAfter?.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        Key.Dispose();
        await api.DisposeAsync();
        await issuer.DisposeAsync();
    }

    private static string Address(LoopbackApp app) => app.Address.OriginalString.TrimEnd('/');

    private IResult Keys()
    {
        Fetches++;
        return Published is { } keys
            ? Results.Json(new { keys = keys.Select(k => new Dictionary<string, object>(k.Jwk) { ["kid"] = k.Kid, ["use"] = "sig", ["alg"] = k.Algorithm }) })
            : Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
    }
}

internal sealed record ApiResponse(HttpStatusCode Status, string? Challenge, string Body, string? RetryAfter);
