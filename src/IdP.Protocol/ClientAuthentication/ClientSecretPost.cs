using IdP.Protocol.Requests;
using IdP.Storage.Clients;
using Microsoft.AspNetCore.Http;

namespace IdP.Protocol.ClientAuthentication;

/// <summary>RFC 6749 §2.3.1: id and secret in the body.</summary>
internal sealed class ClientSecretPost(ClientSecrets secrets) : IClientAuthenticationMethod
{
    public string Name => "client_secret_post";

    public Result<Credentials>? Read(HttpRequest http, OAuthForm form)
    {
        if (form["client_secret"] is not { } secret) return null;
        if (form["client_id"] is not { } id) return OAuthError.InvalidRequest("The parameter client_id is missing.");
        return new Credentials(id, secret);
    }

    public ValueTask<Result<bool>> VerifyAsync(Credentials credentials, Client? client, IEnumerable<ClientSecret> known, CancellationToken ct) =>
        secrets.VerifyAsync(credentials, known, ct);
}
