using System.Text;
using System.Text.Json;
using IdP.Storage.Clients;
using IdP.Testing;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Tests.Protocol.Strictness;

/// <summary>A request that no library has tidied up.</summary>
internal sealed record RawRequest(string Method, string Path)
{
    public string Query { get; init; } = "";

    public string? ContentType { get; init; }

    public byte[] Body { get; init; } = [];

    public string Host { get; init; } = "idp.example";

    public List<KeyValuePair<string, string>> Headers { get; init; } = [];
}

internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    // What Kestrel or a debugging page would show of an exception.
    private static readonly string[] Traces = ["   at IdP.", "   at System.", "   at Microsoft.", "Exception:", ".cs:line ", "System.Private.CoreLib"];

    public string? Location => Headers.GetValueOrDefault("Location");

    /// <summary>What is never right, whatever was sent; null: nothing of it.</summary>
    public string? Scandal
    {
        get
        {
            if (Status >= 500) return "It failed";
            if (Body.Contains("server_error", StringComparison.Ordinal) || Location?.Contains("reason=server", StringComparison.Ordinal) == true) return "It failed inside";
            if (Traces.FirstOrDefault(t => Body.Contains(t, StringComparison.Ordinal)) is { } trace) return "It shows " + trace;
            // Kestrel would refuse to send it.
            if (Headers.FirstOrDefault(h => h.Value.AsSpan().ContainsAnyExceptInRange(' ', '~')) is { Key: not null } header) return "It cannot send " + header.Key;
            if (Location is { } to && !StrictProvider.MayLeadTo(to)) return "It leads to " + to;
            return null;
        }
    }

    public override string ToString() => $"{Status} {Location} {Headers.GetValueOrDefault("WWW-Authenticate")} {(Body.Length > 600 ? Body[..600] : Body)}";
}

/// <summary>The provider with one application of each kind, and requests as raw as they come.</summary>
internal sealed class StrictProvider : IAsyncDisposable
{
    public const string GoodBye = "https://app.example/bye";
    public static readonly string[] Registered = [Provider.RedirectUri, "http://127.0.0.1/cb", "http://[::1]/cb", "com.example.native:/cb"];

    private readonly TestServer server;

    private StrictProvider(Provider provider)
    {
        Provider = provider;
        server = (TestServer)provider.Services.GetRequiredService<IServer>();
    }

    public Provider Provider { get; }

    public TestKey Key { get; } = new();

    /// <summary>The cookie of somebody who is signed in.</summary>
    public string Cookie { get; private set; } = "";

    /// <summary>The cookie of somebody else.</summary>
    public string OtherCookie { get; private set; } = "";

    public static async Task<StrictProvider> StartAsync(TestDatabaseKind kind = TestDatabaseKind.Sqlite)
    {
        var provider = await Provider.StartAsync(kind);
        var strict = new StrictProvider(provider);
        foreach (var client in strict.Clients()) await provider.AddAsync(client);
        await provider.SignInAsync("leo-id");
        strict.OtherCookie = provider.Http.DefaultRequestHeaders.GetValues("Cookie").Single();
        await provider.SignInAsync();
        strict.Cookie = provider.Http.DefaultRequestHeaders.GetValues("Cookie").Single();
        provider.Http.DefaultRequestHeaders.Remove("Cookie");
        return strict;
    }

    /// <summary>Whether a browser may be sent there: a path of ours, or what an application has registered.</summary>
    public static bool MayLeadTo(string location) =>
        (location is ['/', not ('/' or '\\'), ..] or "/")
        || location.StartsWith(Provider.Issuer + "/", StringComparison.Ordinal)
        || location == GoodBye
        || Registered.Append(GoodBye).Any(known => location.StartsWith(known + "?", StringComparison.Ordinal));

    public async Task<RawAnswer> SendAsync(RawRequest raw, CancellationToken ct = default)
    {
        var http = await server.SendAsync(
            context =>
            {
                var request = context.Request;
                (request.Method, request.Scheme, request.Host, request.Path) = (raw.Method, "https", new HostString(raw.Host), new PathString(raw.Path));
                request.QueryString = new QueryString(raw.Query.Length == 0 ? "" : "?" + raw.Query);
                foreach (var group in raw.Headers.GroupBy(h => h.Key, StringComparer.OrdinalIgnoreCase)) request.Headers[group.Key] = group.Select(h => h.Value).ToArray();
                if (raw.ContentType is not null) request.ContentType = raw.ContentType;
                if (raw.Body.Length == 0 && raw.ContentType is null) return;
                request.ContentLength = raw.Body.Length;
                request.Body = new MemoryStream(raw.Body);
            },
            ct);
        using var reader = new StreamReader(http.Response.Body, Encoding.UTF8);
        return new RawAnswer(
            http.Response.StatusCode, http.Response.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), await reader.ReadToEndAsync(ct));
    }

    public async ValueTask DisposeAsync()
    {
        Key.Dispose();
        await Provider.DisposeAsync();
    }

    private IEnumerable<Client> Clients()
    {
        yield return A("app");
        yield return A("other");
        yield return A("post", c => c.TokenEndpointAuthMethod = "client_secret_post");
        yield return A("spa", c => (c.Type, c.TokenEndpointAuthMethod) = (ClientType.Public, "none"));
        yield return A("native", c =>
        {
            (c.Type, c.TokenEndpointAuthMethod) = (ClientType.Public, "none");
            c.RedirectUris = [.. Registered[1..]];
        });
        yield return A("signing", c =>
        {
            (c.TokenEndpointAuthMethod, c.Jwks) = ("private_key_jwt", Key.Jwks);
            c.GrantTypes = ["authorization_code", "refresh_token", "client_credentials"];
            c.Scopes = [.. c.Scopes, "api.read"];
        });
        yield return A("strict", c => (c.TokenEndpointAuthMethod, c.Jwks, c.Profile) = ("private_key_jwt", Key.Jwks, "fapi2"));
        yield return A("optional", c => c.RequirePkce = false);
        yield return A("pushing", c => c.RequirePar = true);
        yield return A("bound", c => c.DpopBoundAccessTokens = true);
        yield return A("opaque", c => c.AccessTokenFormat = AccessTokenFormat.Reference);
        yield return A("asking", c => c.Consent = ConsentType.Explicit);
        yield return A("once", c => c.GrantTypes = ["authorization_code"]);
        yield return A("off", c => c.DisabledAt = DateTimeOffset.UnixEpoch);
        yield return A("job", c =>
        {
            (c.GrantTypes, c.Scopes) = (["client_credentials"], ["api.read", "api.write"]);
        });
    }

    private static Client A(string id, Action<Client>? change = null)
    {
        var client = new Client
        {
            ClientId = id, DisplayName = id, RedirectUris = [Provider.RedirectUri], PostLogoutRedirectUris = [GoodBye],
            GrantTypes = ["authorization_code", "refresh_token"], Scopes = ["openid", "profile", "offline_access"],
        };
        change?.Invoke(client);
        return client;
    }
}
