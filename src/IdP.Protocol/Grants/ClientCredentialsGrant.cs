using IdP.Protocol.Requests;
using IdP.Storage.Changes;
using IdP.Storage.Clients;

namespace IdP.Protocol.Grants;

/// <summary>A client acts for itself. RFC 6749 §4.4.</summary>
internal sealed class ClientCredentialsGrant : IGrant
{
    public string GrantType => "client_credentials";

    public ValueTask<Result<Issuance>> RedeemAsync(OAuthForm form, Client client, CatalogSnapshot catalog, CancellationToken ct) =>
        ValueTask.FromResult(Redeem(form, client));

    private Result<Issuance> Redeem(OAuthForm form, Client client)
    {
        // §4.4: confidential clients only.
        if (client.Type != ClientType.Confidential) return OAuthError.UnauthorizedClient("A public application cannot act for itself.");

        // What is about a person means nothing here; §4.4.3: no refresh token.
        if (form["scope"] is not { } scope)
        {
            return new Issuance(client, GrantType, [.. client.Scopes.Where(s => !Scopes.Supported.Contains(s))]);
        }

        if (Scopes.Read(scope, client.Scopes).Failed(out var error, out var scopes)) return error;
        foreach (var value in scopes)
        {
            if (value is Scopes.OpenId or Scopes.OfflineAccess) return OAuthError.InvalidScope($"The scope {value} needs a person.");
        }

        return new Issuance(client, GrantType, scopes);
    }
}
