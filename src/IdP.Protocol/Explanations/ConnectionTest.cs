using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using IdP.Protocol.ClientAuthentication;
using IdP.Protocol.Endpoints;
using IdP.Protocol.Requests;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Verification.Decisions;
using Microsoft.AspNetCore.Http;

namespace IdP.Protocol.Explanations;

/// <summary>
/// Reads what an application sends, pasted by somebody who wonders why it does not work, and says what the endpoints would
/// say, by the very checks that they make. Nothing is kept and nothing is issued.
/// </summary>
public sealed partial class ConnectionTest
{
    private const int MostCharacters = Parameters.MostBytes;

    private readonly IReadOnlyList<IClientAuthenticationMethod> methods;
    private readonly string issuer;

    internal ConnectionTest(IEnumerable<IClientAuthenticationMethod> methods, ProtocolOptions options) =>
        (this.methods, issuer) = ([.. methods], options.Issuer);

    /// <summary>Says what is wrong with a pasted authorization request, redirect URI or token request.</summary>
    /// <param name="pasted">An address, a curl command, or a request with its headers.</param>
    /// <param name="client">The application that is meant.</param>
    /// <param name="catalog">The registrations of this moment.</param>
    public Explanation Explain(string pasted, Client client, CatalogSnapshot catalog)
    {
        var text = pasted.Trim();
        if (text.Length is 0 or > MostCharacters) return new("unknown", []);
        if (text.Contains("grant_type=", StringComparison.Ordinal)) return new("token", [.. Token(text, client)]);
        if (text.StartsWith("GET ", StringComparison.Ordinal)) text = issuer + text[4..].Split(' ')[0];
        var query = text.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0 && AuthorizationParameter().IsMatch(text[query..])) return new("authorization", [.. Authorization(text[..query], text[query..].Split('#')[0], client, catalog)]);
        if (text.Contains(AuthorizeEndpoint.Path, StringComparison.OrdinalIgnoreCase)) return new("authorization", [.. Authorization(text, "", client, catalog)]);
        return Uri.TryCreate(text, UriKind.Absolute, out _) ? new("redirectUri", [.. RedirectUri(pasted.Trim('\r', '\n'), client)]) : new("unknown", []);
    }

    private IEnumerable<Finding> Authorization(string address, string query, Client client, CatalogSnapshot catalog)
    {
        var endpoint = issuer + AuthorizeEndpoint.Path;
        if (address != endpoint) yield return new("Address", Stops: true) { Sent = address, Registered = endpoint, Difference = RedirectUriDifference.Of(address, endpoint) };

        var request = new AuthorizationRequest(Parameters.Parse(query));
        if (request.ClientId != client.ClientId)
        {
            yield return new("ClientId", Stops: true) { Sent = request.ClientId ?? "", Registered = client.ClientId, Difference = RedirectUriDifference.Of(request.ClientId ?? "", client.ClientId) };
        }

        if (client.DisabledAt is not null) yield return new("Disabled", Stops: true);
        if (request.Parameters["request_uri"]?.StartsWith("urn:", StringComparison.Ordinal) == true)
        {
            yield return new("PushedElsewhere", Stops: false);
            yield break;
        }

        if (AuthorizationChecks.CheckRedirectUri(request, client) is { } wrong)
        {
            yield return request.RedirectUri is { } uri ? Differs(uri, client, wrong.Description) : new("RedirectUri", Stops: true, wrong.Description);
        }

        HashSet<string> stopped = [];
        foreach (var (name, error) in AuthorizationChecks.CheckAll(request, client))
        {
            stopped.Add(name);
            yield return new(name, Stops: true, error.Description) { Error = error.Code };
        }

        // What it names is read only when the scopes are known.
        if (stopped.Count == 0 && AuthorizationChecks.CheckResource(request, client, catalog, issuer) is { } target) yield return new("Resource", Stops: true, target.Description) { Error = target.Code };
        // A request without PKCE that is refused for it needs no advice to use it.
        foreach (var advice in Advice(request).Where(a => a.Check != "NoPkce" || !stopped.Contains("Pkce"))) yield return advice;
    }

    private static IEnumerable<Finding> Advice(AuthorizationRequest request)
    {
        var openId = Scopes.Contains(request.Scope ?? "", Scopes.OpenId);
        if (!openId) yield return new("NoOpenId", Stops: false);
        // OIDC Core §3.1.2.1 and RFC 9700 §2.1: they protect the application, so the server cannot demand them.
        if (openId && request.Nonce is null) yield return new("Nonce", Stops: false);
        if (request.State is null) yield return new("State", Stops: false);
        if (request.CodeChallenge is null) yield return new("NoPkce", Stops: false);
        if (request.Prompts == Prompts.None && request.Prompt is not null) yield return new("PromptNone", Stops: false);
        var unknown = Scopes.Split(request.Parameters["acr_values"] ?? "").Where(acr => !Acr.Supported.Contains(acr)).ToList();
        if (unknown.Count > 0) yield return new("AcrUnknown", Stops: false) { Sent = string.Join(' ', unknown), Registered = string.Join(' ', Acr.Supported) };
    }

    private static IEnumerable<Finding> RedirectUri(string uri, Client client)
    {
        if (!RedirectUris.Matches(client.RedirectUris, uri)) yield return Differs(uri, client, null);
    }

    private static Finding Differs(string uri, Client client, string? text)
    {
        var nearest = RedirectUriDifference.Nearest(uri, client.RedirectUris);
        return new("RedirectUri", Stops: true, text) { Sent = uri, Registered = nearest?.Nearest, Difference = nearest?.Difference };
    }

    private IEnumerable<Finding> Token(string text, Client client)
    {
        var form = new OAuthForm(new Parameters(TokenParameter().Matches(text)
            .GroupBy(m => m.Groups["name"].Value, m => WebUtility.UrlDecode(m.Groups["value"].Value), StringComparer.Ordinal)
            .Select(g => KeyValuePair.Create(g.Key, g.First())).Where(p => p.Value.Length > 0)));
        var http = new DefaultHttpContext();
        if (BasicHeader().Match(text) is { Success: true } header) http.Request.Headers.Authorization = "Basic " + header.Groups["credentials"].Value;
        else if (CurlUser().Match(text) is { Success: true } user) http.Request.Headers.Authorization = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(user.Groups["user"].Value));

        List<(string Name, string? ClientId)> used = [];
        foreach (var method in methods)
        {
            if (method.Read(http.Request, form) is { } read) used.Add((method.Name, read.Failed(out _, out var credentials) ? null : credentials.ClientId));
        }

        if (used.Count != 1 || used[0].Name != client.TokenEndpointAuthMethod)
        {
            yield return new(used.Count > 1 ? "AuthTwice" : "AuthMethod", Stops: true) { Error = used.Count > 1 ? "invalid_request" : "invalid_client", Sent = string.Join(" + ", used.Select(u => u.Name)), Registered = client.TokenEndpointAuthMethod };
        }

        var id = used.Select(u => u.ClientId).FirstOrDefault(i => i is not null) ?? form["client_id"];
        if (used.Count > 0 && used[0].ClientId is null) yield return new("AuthUnreadable", Stops: true) { Error = "invalid_client" };
        else if (id is not null && id != client.ClientId) yield return new("ClientId", Stops: true) { Error = "invalid_client", Sent = id, Registered = client.ClientId, Difference = RedirectUriDifference.Of(id, client.ClientId) };
        if (client.DisabledAt is not null) yield return new("Disabled", Stops: true) { Error = "invalid_client" };

        var grant = form["grant_type"] ?? "";
        if (!client.GrantTypes.Contains(grant)) yield return new("TokenGrant", Stops: true) { Error = "unauthorized_client", Sent = grant, Registered = string.Join(' ', client.GrantTypes) };
        if (grant != "authorization_code") yield break;
        if (form["code"] is null) yield return new("TokenCode", Stops: true) { Error = "invalid_request" };
        if (form["redirect_uri"] is { } uri && !RedirectUris.Matches(client.RedirectUris, uri)) yield return Differs(uri, client, null) with { Error = "invalid_grant" };
        if (form["code_verifier"] is { } verifier ? !Pkce.IsVerifier(verifier) : client.RequirePkce || client.Type == ClientType.Public || client.Profile is not null)
        {
            yield return new("TokenVerifier", Stops: true) { Error = "invalid_grant" };
        }
    }

    [GeneratedRegex(@"[?&](?:client_id|response_type|redirect_uri|request_uri)=", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex AuthorizationParameter();

    [GeneratedRegex(@"\b(?<name>grant_type|client_id|client_secret|client_assertion|client_assertion_type|code|code_verifier|redirect_uri|refresh_token|scope)=(?<value>[^&\s'""]*)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex TokenParameter();

    [GeneratedRegex(@"Authorization:\s*Basic\s+(?<credentials>[A-Za-z0-9+/=_-]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 10_000)]
    private static partial Regex BasicHeader();

    [GeneratedRegex(@"(?:\s-u|--user)[\s=]+['""]?(?<user>[^\s'""]+:[^\s'""]*)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex CurlUser();
}
