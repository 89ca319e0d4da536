using System.Net.Http.Headers;
using IdP.Storage.Clients;
using Microsoft.IdentityModel.JsonWebTokens;

namespace IdP.Tests.Protocol.Conformance;

/// <summary>Two clients of the profile <c>fapi2</c>, with keys of their own, and each step of their flow with one thing changed.</summary>
internal sealed class Fapi2Bench : IAsyncDisposable
{
    public const string Par = "/connect/par";
    public const string Token = "/connect/token";
    public const string UserInfo = "/connect/userinfo";
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private readonly Dictionary<string, ClientKey> keys = new() { ["strict"] = new ClientKey(), ["second"] = new ClientKey() };

    private Fapi2Bench(Provider provider) => Provider = provider;

    public Provider Provider { get; }

    public DateTimeOffset Now => Provider.Clock.Now;

    /// <summary>What the client proves with DPoP.</summary>
    public ClientKey Proving { get; } = new();

    /// <summary>The server's present nonce.</summary>
    public string Nonce { get; private set; } = "";

    public static async Task<Fapi2Bench> StartAsync()
    {
        var bench = new Fapi2Bench(await Provider.StartAsync());
        foreach (var (id, key) in bench.keys)
        {
            await bench.Provider.AddAsync(new Client
            {
                ClientId = id, DisplayName = id, Profile = "fapi2", TokenEndpointAuthMethod = "private_key_jwt", Jwks = key.Jwks, RedirectUris = [Provider.RedirectUri],
                GrantTypes = ["authorization_code", "refresh_token"], Scopes = ["openid", "profile", "offline_access"],
            });
        }

        await bench.Provider.SignInAsync();
        await bench.RefreshNonceAsync();
        return bench;
    }

    /// <summary>After the clock was moved on the old one is too old.</summary>
    public async Task RefreshNonceAsync() =>
        Nonce = (await Provider.PostAsync(Par, Asserted(Provider.Request("strict"), "strict"), Proving.Proof(Par, Now, null))).Nonce!;

    public string Assertion(string client = "strict", string? signedBy = null, (string, object?)[]? header = null, (string, object?)[]? claims = null) =>
        keys[signedBy ?? client].Assertion(client, Now, header, claims);

    public string Proof(string path, string? accessToken = null, (string, object?)[]? header = null, (string, object?)[]? claims = null) =>
        Proving.Proof(path, Now, Nonce, accessToken is null ? "POST" : "GET", accessToken, header, claims);

    public Task<Answer> PushAsync(params (string Name, string? Value)[] changes) => PushAsync("strict", Assertion(), changes);

    public Task<Answer> PushAsync(string client, string assertion, params (string Name, string? Value)[] changes) =>
        Provider.PostAsync(Par, Asserted(Provider.Request(client, changes), client, assertion), Proof(Par));

    public async Task<string> UriAsync(params (string Name, string? Value)[] changes) =>
        (await PushAsync(changes)) is var pushed && pushed["request_uri"] is { } uri ? uri : throw new AssertionException(pushed.ToString());

    public Task<Uri> GoAsync(string uri, params (string Name, string Value)[] beside) => Provider.AuthorizeAsync(
        [new("client_id", "strict"), new("request_uri", uri), .. beside.Select(p => KeyValuePair.Create(p.Name, (string?)p.Value))]);

    public async Task<string> CodeAsync(params (string Name, string? Value)[] changes) => Provider.Query(await GoAsync(await UriAsync(changes)), "code")!;

    /// <summary>Redeems a code; changes with a null value take a parameter out.</summary>
    public Task<Answer> RedeemAsync(string code, string client = "strict", string? assertion = null, bool proves = true, params (string Name, string? Value)[] changes)
    {
        var form = new Dictionary<string, string?>
        {
            ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = Provider.RedirectUri, ["code_verifier"] = Provider.Verifier,
        };
        Asserted(form, client, assertion);
        foreach (var (name, value) in changes) form[name] = value;
        return Provider.PostAsync(Token, form, proves ? Proof(Token) : null);
    }

    public Task<Answer> RefreshAsync(string token, string client = "strict", bool proves = true) => Provider.PostAsync(
        Token, Asserted(new() { ["grant_type"] = "refresh_token", ["refresh_token"] = token }, client), proves ? Proof(Token) : null);

    public async Task<Answer> UserInfoAsync(string accessToken, string scheme = "DPoP", params string[] proofs)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, UserInfo) { Headers = { Authorization = new AuthenticationHeaderValue(scheme, accessToken) } };
        request.Headers.TryAddWithoutValidation("DPoP", proofs.Length == 0 ? [Proof(UserInfo, accessToken)] : proofs);
        using var response = await Provider.Http.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    public static JsonWebToken IdToken(Answer tokens) => new(tokens["id_token"] ?? throw new AssertionException(tokens.ToString()));

    public async ValueTask DisposeAsync()
    {
        foreach (var key in keys.Values) key.Dispose();
        Proving.Dispose();
        await Provider.DisposeAsync();
    }

    private Dictionary<string, string?> Asserted(Dictionary<string, string?> form, string client, string? assertion = null)
    {
        (form["client_assertion_type"], form["client_assertion"]) = (AssertionType, assertion ?? Assertion(client));
        return form;
    }
}
