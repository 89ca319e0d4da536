using System.Net.Http.Headers;
using System.Text;

namespace IdP.Testing;

/// <summary>
/// A small OpenID Connect client for tests. It validates nothing: every raw answer is handed out, and tests say what must
/// be in it. <see cref="UserAgent"/> is the person's side; the calls of the client itself carry no cookies.
/// </summary>
public sealed class RelyingParty : IDisposable
{
    private readonly HttpClient http;

    /// <param name="issuer">Base address of the provider.</param>
    /// <param name="clientId">As registered.</param>
    /// <param name="clientSecret">Null for a public client.</param>
    /// <param name="redirectUri">As registered; nothing needs to listen there.</param>
    /// <param name="handler">Null for the network; a TestServer's handler for a server in this process.</param>
    public RelyingParty(
        Uri issuer, string clientId, string? clientSecret = null, string redirectUri = "https://client.example/callback",
        Func<HttpMessageHandler>? handler = null)
    {
        (Issuer, ClientId, ClientSecret, RedirectUri) = (issuer, clientId, clientSecret, new Uri(redirectUri));
        UserAgent = new UserAgent(handler?.Invoke());
        http = new HttpClient(handler?.Invoke() ?? new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    }

    public Uri Issuer { get; }

    public string ClientId { get; }

    public string? ClientSecret { get; set; }

    public Uri RedirectUri { get; }

    /// <summary>client_secret_basic (default), client_secret_post or none.</summary>
    public string TokenEndpointAuthMethod { get; set; } = "client_secret_basic";

    public UserAgent UserAgent { get; }

    /// <summary>The exchanges of the client itself; those of the person are in <see cref="UserAgent.Exchanges"/>.</summary>
    public List<Exchange> Exchanges { get; } = [];

    /// <summary>A valid code request with PKCE (S256), state and nonce.</summary>
    public AuthorizationRequest NewAuthorizationRequest(string scope = "openid")
    {
        var request = new AuthorizationRequest
        {
            ["response_type"] = "code",
            ["client_id"] = ClientId,
            ["redirect_uri"] = RedirectUri.OriginalString,
            ["scope"] = scope,
            ["state"] = AuthorizationRequest.Random(),
            ["nonce"] = AuthorizationRequest.Random(),
            ["code_challenge_method"] = "S256",
        };
        request["code_challenge"] = AuthorizationRequest.Challenge(request.CodeVerifier);
        return request;
    }

    /// <summary>Sends the person there, up to the first page or the redirect back to the client.</summary>
    public async Task<Exchange> AuthorizeAsync(AuthorizationRequest request) =>
        await FollowAsync(await UserAgent.GetAsync(request.To(At("connect/authorize"))));

    /// <summary>Submits a form of the page (see <see cref="UserAgent.SubmitAsync"/>) and follows, as AuthorizeAsync does.</summary>
    public async Task<Exchange> SubmitAsync(
        Exchange page, IReadOnlyDictionary<string, string>? values = null, string? button = null, string? form = null) =>
        await FollowAsync(await UserAgent.SubmitAsync(page, values, button, form));

    public Task<Exchange> FollowAsync(Exchange exchange) => UserAgent.FollowAsync(exchange, RedirectUri);

    /// <summary>
    /// The parameters of the authorization response, whether it came by query or by form_post. Fails with the whole
    /// exchange in the message when the person was not sent back to the client.
    /// </summary>
    public IReadOnlyDictionary<string, string> AuthorizationResponse(Exchange exchange)
    {
        if (exchange.LeadsTo(RedirectUri)) return exchange.Location!.QueryParameters;
        var form = exchange.Page.Forms.FirstOrDefault(form => form.GetAttribute("action") == RedirectUri.OriginalString);
        if (form is null) throw new InvalidOperationException($"The person was not sent back to the client: {exchange}");
        return HtmlForm.Fill(exchange, new Dictionary<string, string>(), null, null).Fields.ToDictionary();
    }

    public Task<Exchange> RedeemAsync(string code, string codeVerifier) => TokenAsync(new()
    {
        ["grant_type"] = "authorization_code", ["code"] = code,
        ["redirect_uri"] = RedirectUri.OriginalString, ["code_verifier"] = codeVerifier,
    });

    public Task<Exchange> RefreshAsync(string refreshToken) =>
        TokenAsync(new() { ["grant_type"] = "refresh_token", ["refresh_token"] = refreshToken });

    public Task<Exchange> ClientCredentialsAsync(string scope) =>
        TokenAsync(new() { ["grant_type"] = "client_credentials", ["scope"] = scope });

    /// <summary>Posts any form to the token endpoint, authenticated as this client.</summary>
    public Task<Exchange> TokenAsync(Dictionary<string, string> form) => PostAsync("connect/token", form);

    public Task<Exchange> IntrospectAsync(string token) => PostAsync("connect/introspect", new() { ["token"] = token });

    public Task<Exchange> RevokeAsync(string token) => PostAsync("connect/revoke", new() { ["token"] = token });

    public Task<Exchange> UserInfoAsync(string accessToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, At("connect/userinfo"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        return SendAsync(request);
    }

    public Task<Exchange> DiscoverAsync() =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, At(".well-known/openid-configuration")));

    /// <summary>Posts a form as this client, by <see cref="TokenEndpointAuthMethod"/>.</summary>
    /// <param name="path">Relative to the issuer.</param>
    /// <param name="form">Left as it is.</param>
    public Task<Exchange> PostAsync(string path, Dictionary<string, string> form)
    {
        var (fields, request) = (new Dictionary<string, string>(form), new HttpRequestMessage(HttpMethod.Post, At(path)));
        var basic = ClientSecret is not null && TokenEndpointAuthMethod == "client_secret_basic";
        if (basic) request.Headers.Authorization = new AuthenticationHeaderValue("Basic", BasicCredentials());
        else fields["client_id"] = ClientId;
        if (ClientSecret is not null && TokenEndpointAuthMethod == "client_secret_post") fields["client_secret"] = ClientSecret;
        request.Content = new FormUrlEncodedContent(fields);
        return SendAsync(request);
    }

    /// <summary>Sends any request without cookies. Safe to call from many threads at once.</summary>
    public async Task<Exchange> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await http.SendAsync(request);
            var exchange = await Exchange.ReadAsync(request, response);
            lock (Exchanges) Exchanges.Add(exchange);
            return exchange;
        }
    }

    public void Dispose()
    {
        UserAgent.Dispose();
        http.Dispose();
    }

    private Uri At(string path) => new(Issuer, path);

    // RFC 6749 §2.3.1: both parts are form-encoded before they are joined.
    private string BasicCredentials() => Convert.ToBase64String(
        Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(ClientId)}:{Uri.EscapeDataString(ClientSecret!)}"));
}
