using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IdP.Server;
using IdP.Storage;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Users;
using IdP.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Tests.Protocol;

/// <summary>
/// The server in this process, over HTTP without a network. Clients, a person and a session are put into its database,
/// so that a test is about the protocol alone.
/// </summary>
internal sealed class Provider : IAsyncDisposable
{
    public const string Issuer = "https://idp.example";
    public const string RedirectUri = "https://app.example/callback";
    public const string Verifier = "a-verifier-of-at-least-forty-three-characters";
    public const string UserId = "maya-id";

    private readonly TestDatabase database;
    private readonly WebApplication app;

    private Provider(TestDatabase database, WebApplication app, TestClock clock, HttpClient http, string issuer)
    {
        (this.database, this.app, Clock, Http) = (database, app, clock, http);
        Http.BaseAddress = new Uri(issuer);
    }

    public TestClock Clock { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => app.Services;

    /// <summary>The way to this server for a browser of its own.</summary>
    public HttpMessageHandler NewHandler() => app.GetTestServer().CreateHandler();

    public static async Task<Provider> StartAsync(TestDatabaseKind kind = TestDatabaseKind.Sqlite, params string[] settings)
    {
        var (database, clock) = (await TestDatabase.MigratedAsync(kind), new TestClock());
        string[] args =
        [
            $"--IdP:Issuer={Issuer}", $"--IdP:Database:Provider={database.Provider}", $"--IdP:Database:ConnectionString={database.ConnectionString}",
            $"--IdP:Keys:MasterKey={Convert.ToBase64String(new byte[32])}", .. settings,
        ];
        var built = await IdPServer.BuildAsync(args, builder =>
        {
            builder.WebHost.UseTestServer();
            builder.Services.AddSingleton<TimeProvider>(clock);
        });
        await built.StartAsync();
        return new Provider(database, built, clock, built.GetTestServer().CreateClient(), Issuer);
    }

    /// <summary>The server on a port of its own and by the real clock, for peers in other processes.</summary>
    public static async Task<Provider> ListenAsync()
    {
        var file = await TestDatabase.MigratedAsync(TestDatabaseKind.Sqlite);
        var issuer = $"http://localhost:{FreePort.Find()}";
        string[] args =
        [
            "--environment=Development", $"--IdP:Issuer={issuer}", $"--urls={issuer}", $"--IdP:Database:ConnectionString={file.ConnectionString}",
            $"--IdP:Keys:MasterKey={Convert.ToBase64String(new byte[32])}", $"--IdP:Keys:Folder={Path.GetDirectoryName(file.ConnectionString["Data Source=".Length..])}",
        ];
        var built = await IdPServer.BuildAsync(args);
        await built.StartAsync();
        return new Provider(file, built, new TestClock(DateTimeOffset.UtcNow), new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }), issuer);
    }

    /// <summary>Registers a client as it is, with a secret when its method needs one.</summary>
    public Task AddAsync(Client client) => Services.GetRequiredService<Catalog>().ChangeAsync(db =>
    {
        db.Clients.Add(client);
        db.ResourcePolicies.Add(new ResourcePolicyRow { Kind = "client", ResourceId = client.ClientId, Mode = VerificationMode.NotRequired });
        if (client.TokenEndpointAuthMethod.StartsWith("client_secret", StringComparison.Ordinal))
        {
            db.ClientSecrets.Add(new ClientSecret { Id = client.ClientId, ClientId = client.ClientId, Hash = "sha256:" + Handle.HashOf("s3cret"), CreatedAt = Clock.Now });
        }

        return Task.FromResult(true);
    });

    public Task ChangeAsync(string clientId, Action<Client> change) => Services.GetRequiredService<Catalog>().ChangeAsync(async db =>
    {
        change((await db.Clients.FindAsync(clientId))!);
        return true;
    });

    /// <summary>Adds a person with a live session, and sends its cookie from now on.</summary>
    /// <returns>The session's id.</returns>
    public async Task<string> SignInAsync(string userId = UserId)
    {
        var (handle, id) = (Handle.New(new RandomSource()), "session-of-" + userId);
        await Services.GetRequiredService<IdPDatabase>().SaveAsync(db =>
        {
            db.Users.Add(new User { Id = userId, UserName = userId, NormalizedUserName = UserNames.Normalize(userId), DisplayName = "Maya", CreatedAt = Clock.Now, UpdatedAt = Clock.Now });
            db.Sessions.Add(new Session
            {
                Id = id, HandleHash = Handle.HashOf(handle), UserId = userId, PasswordAt = Clock.Now, Amr = "pwd", CreatedAt = Clock.Now, LastSeenAt = Clock.Now,
                ExpiresAt = Clock.Now.AddHours(8),
            });
            return Task.CompletedTask;
        });
        Http.DefaultRequestHeaders.Remove("Cookie");
        Http.DefaultRequestHeaders.Add("Cookie", (Http.BaseAddress!.Scheme == "https" ? "__Host-idp_session=" : "idp_session=") + handle);
        return id;
    }

    /// <summary>Parameters of a good authorization request; null values leave one out.</summary>
    public static Dictionary<string, string?> Request(string clientId, params (string Name, string? Value)[] changes)
    {
        var parameters = new Dictionary<string, string?>
        {
            ["client_id"] = clientId, ["response_type"] = "code", ["redirect_uri"] = RedirectUri, ["scope"] = "openid", ["state"] = "s", ["nonce"] = "n",
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier))), ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes) parameters[name] = value;
        return parameters;
    }

    /// <summary>Sends the person to the authorization endpoint.</summary>
    /// <returns>Where they are sent on.</returns>
    public async Task<Uri> AuthorizeAsync(IEnumerable<KeyValuePair<string, string?>> parameters)
    {
        using var content = Form(parameters);
        using var response = await Http.GetAsync(new Uri("/connect/authorize?" + await content.ReadAsStringAsync(), UriKind.Relative));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Found));
        return new Uri(new Uri(Issuer), response.Headers.Location!);
    }

    public async Task<string> CodeAsync(string clientId, params (string Name, string? Value)[] changes)
    {
        var location = await AuthorizeAsync(Request(clientId, changes));
        return Query(location, "code") ?? throw new AssertionException("No code: " + location);
    }

    public static string? Query(Uri location, string name) => System.Web.HttpUtility.ParseQueryString(location.Query)[name];

    public async Task<Answer> PostAsync(string path, IEnumerable<KeyValuePair<string, string?>> parameters, string? dpop = null, string? basic = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Form(parameters) };
        if (dpop is not null) request.Headers.TryAddWithoutValidation("DPoP", dpop);
        if (basic is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(basic)));
        using var response = await Http.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    public async Task<Answer> UserInfoAsync(string scheme, string token, string? dpop = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/connect/userinfo");
        request.Headers.Authorization = new AuthenticationHeaderValue(scheme, token);
        if (dpop is not null) request.Headers.TryAddWithoutValidation("DPoP", dpop);
        using var response = await Http.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        await database.DisposeAsync();
    }

    public static FormUrlEncodedContent Form(IEnumerable<KeyValuePair<string, string?>> parameters) =>
        new(parameters.Where(p => p.Value is not null).Select(p => KeyValuePair.Create(p.Key, p.Value!)));
}

/// <summary>What an endpoint answered.</summary>
internal sealed record Answer(HttpStatusCode Status, JsonElement Json, string? Nonce, string? Challenge)
{
    public string? this[string name] => Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty(name, out var value)
        ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText()
        : null;

    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsByteArrayAsync();
        return new Answer(
            response.StatusCode,
            body.Length == 0 ? default : JsonElement.Parse(body),
            response.Headers.TryGetValues("DPoP-Nonce", out var nonce) ? nonce.Single() : null,
            response.Headers.WwwAuthenticate.Count > 0 ? response.Headers.WwwAuthenticate.ToString() : null);
    }

    public override string ToString() => $"{(int)Status} {Json}";
}

/// <summary>A key of a client, and what it signs.</summary>
internal sealed class ClientKey : IDisposable
{
    private readonly ECDsa? ec;
    private readonly RSA? rsa;

    public ClientKey(string algorithm = "ES256", string kid = "k1")
    {
        (Algorithm, Kid) = (algorithm, kid);
        if (algorithm == "ES256") ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        else rsa = RSA.Create(2048);
    }

    public string Algorithm { get; }

    public string Kid { get; }

    public Dictionary<string, object> Jwk
    {
        get
        {
            if (ec is not null)
            {
                var q = ec.ExportParameters(false).Q;
                return new() { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(q.X), ["y"] = Base64Url.EncodeToString(q.Y) };
            }

            var key = rsa!.ExportParameters(false);
            return new() { ["kty"] = "RSA", ["n"] = Base64Url.EncodeToString(key.Modulus), ["e"] = Base64Url.EncodeToString(key.Exponent) };
        }
    }

    /// <summary>RFC 7638, written here a second time.</summary>
    public string Thumbprint => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(
        "{" + string.Join(',', Jwk.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"\"{m.Key}\":\"{m.Value}\"")) + "}")));

    public string Jwks => JsonSerializer.Serialize(new { keys = new[] { new Dictionary<string, object>(Jwk) { ["kid"] = Kid, ["use"] = "sig" } } });

    public byte[] PublicBytes => ec?.ExportSubjectPublicKeyInfo() ?? rsa!.ExportSubjectPublicKeyInfo();

    public string Sign(IDictionary<string, object?> header, IDictionary<string, object?> payload)
    {
        var signed = $"{Encode(header)}.{Encode(payload)}";
        var data = Encoding.ASCII.GetBytes(signed);
        var signature = (header["alg"] as string) switch
        {
            "none" => [],
            "HS256" => HMACSHA256.HashData(PublicBytes, data),
            "RS256" => rsa!.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            "PS256" => rsa!.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            _ => ec!.SignData(data, HashAlgorithmName.SHA256),
        };
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>A client assertion of RFC 7523; changes with a null value take a member out.</summary>
    public string Assertion(string clientId, DateTimeOffset now, (string Name, object? Value)[]? header = null, (string Name, object? Value)[]? claims = null) => Sign(
        Changed(new() { ["alg"] = Algorithm, ["kid"] = Kid }, header),
        Changed(
            new()
            {
                ["iss"] = clientId, ["sub"] = clientId, ["aud"] = Provider.Issuer, ["jti"] = Guid.NewGuid().ToString(), ["iat"] = now.ToUnixTimeSeconds(),
                ["exp"] = now.AddMinutes(1).ToUnixTimeSeconds(),
            },
            claims));

    /// <summary>A DPoP proof of RFC 9449.</summary>
    public string Proof(
        string path, DateTimeOffset now, string? nonce, string method = "POST", string? accessToken = null,
        (string Name, object? Value)[]? header = null, (string Name, object? Value)[]? claims = null) => Sign(
        Changed(new() { ["typ"] = "dpop+jwt", ["alg"] = Algorithm, ["jwk"] = Jwk }, header),
        Changed(
            new()
            {
                ["jti"] = Guid.NewGuid().ToString(), ["htm"] = method, ["htu"] = Provider.Issuer + path, ["iat"] = now.ToUnixTimeSeconds(), ["nonce"] = nonce,
                ["ath"] = accessToken is null ? null : Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken))),
            },
            claims));

    public void Dispose()
    {
        ec?.Dispose();
        rsa?.Dispose();
    }

    private static Dictionary<string, object?> Changed(Dictionary<string, object?> members, (string Name, object? Value)[]? changes)
    {
        foreach (var (name, value) in changes ?? []) members[name] = value;
        return members;
    }

    private static string Encode(IDictionary<string, object?> members) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(members.Where(m => m.Value is not null).ToDictionary()));
}
