using IdP.Protocol.Requests;
using IdP.Storage.Clients;
using Microsoft.AspNetCore.Http;

namespace IdP.Protocol.ClientAuthentication;

/// <summary>An app that cannot keep a secret only names itself. RFC 6749 §3.2.1.</summary>
internal sealed class PublicClient : IClientAuthenticationMethod
{
    public string Name => "none";

    public Result<Credentials>? Read(HttpRequest http, OAuthForm form) =>
        form["client_id"] is { } id && form["client_secret"] is null && http.Headers.Authorization.Count == 0 && form["client_assertion"] is null
            ? (Result<Credentials>?)new Credentials(id, "")
            : null;

    public ValueTask<Result<bool>> VerifyAsync(Credentials credentials, Client? client, IEnumerable<ClientSecret> secrets, CancellationToken ct) =>
        ValueTask.FromResult<Result<bool>>(client is { Type: ClientType.Public });
}
