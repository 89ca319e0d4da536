using IdP.Protocol.Requests;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Http;

namespace IdP.Protocol.ClientAuthentication;

/// <summary>Finds out which client sent a request, by exactly the method it is registered for. RFC 6749 §2.3.</summary>
internal sealed class ClientAuthenticator(IEnumerable<IClientAuthenticationMethod> methods)
{
    private const string Text = "The application is unknown, or did not prove who it is in the way it is registered for.";

    private readonly IClientAuthenticationMethod[] methods = [.. methods];

    // RFC 6749 §5.2: 401, and the scheme that was used when it was in the header.
    public static OAuthError BasicFailed { get; } = new("invalid_client", Text, 401) { Challenge = "Basic realm=\"idp\", charset=\"UTF-8\"" };

    public static OAuthError Failed { get; } = new("invalid_client", Text, 401);

    public IEnumerable<string> Methods => methods.Select(m => m.Name);

    public async ValueTask<Result<Client>> AuthenticateAsync(HttpRequest http, OAuthForm form, CatalogSnapshot catalog, CancellationToken ct)
    {
        var failure = http.Headers.Authorization.Count > 0 ? BasicFailed : Failed;
        IClientAuthenticationMethod? method = null;
        Credentials? credentials = null;
        foreach (var candidate in methods)
        {
            if (candidate.Read(http, form) is not { } read) continue;
            // §2.3: one method in each request.
            if (method is not null) return OAuthError.InvalidRequest("The application used two ways to authenticate at once.");
            if (read.Failed(out var error, out credentials)) return error;
            method = candidate;
        }

        if (method is null || credentials is null) return failure;
        if (form["client_id"] is { } named && named != credentials.ClientId)
        {
            return OAuthError.InvalidRequest("The parameter client_id names another application than the credentials.");
        }

        credentials = credentials with { Origin = RequestOrigin.Of(http.HttpContext) };
        var client = catalog.Clients.GetValueOrDefault(credentials.ClientId);
        if ((await method.VerifyAsync(credentials, client, catalog.Secrets[credentials.ClientId], ct)).Failed(out var busy, out var verified)) return busy;
        if (!verified || client is null || client.DisabledAt is not null || client.TokenEndpointAuthMethod != method.Name) return failure;
        // FAPI 2.0 Security Profile §5.3.2.1: no secret that both sides know.
        if (client.Profile is not null && method.Name != "private_key_jwt") return failure;
        return client;
    }
}
