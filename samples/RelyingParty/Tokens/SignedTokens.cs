using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Samples.RelyingParty.Provider;

namespace Samples.RelyingParty.Tokens;

/// <summary>
/// The checks that ID tokens and logout tokens share: signature, algorithm, issuer, audience, expiry.
/// </summary>
internal sealed class SignedTokens(ProviderDocuments provider, ClientSettings client)
{
    // RFC 8725 §3.1: the client names the algorithms it accepts; the token's header only picks one of them.
    private static readonly string[] Algorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256];

    private static readonly JsonWebTokenHandler Handler = new() { MaximumTokenSizeInBytes = 64 * 1024 };

    /// <exception cref="ProviderException">The token must not be used; the message says why.</exception>
    public async Task<JsonWebToken> VerifyAsync(string token, CancellationToken ct)
    {
        if (!Handler.CanReadToken(token)) throw new ProviderException("What should be a token is none.");
        var header = ReadHeader(token);
        // RFC 7515 §4.1.11: a header that demands to be understood, and is not, makes the token invalid.
        if (header.TryGetHeaderValue<object>("crit", out _))
            throw new ProviderException("The token demands an extension this app does not know.");
        var keys = await provider.GetKeysAsync(string.IsNullOrEmpty(header.Kid) ? null : header.Kid, ct);
        // RFC 7517 §4.4: a key that names its algorithm is for that one only.
        var usable = keys.Where(key => string.IsNullOrEmpty(key.Alg) || key.Alg == header.Alg).ToList();
        if (usable.Count == 0)
            throw new ProviderException("The token is signed with a key the provider does not publish.");

        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = client.Authority,
            ValidAudience = client.ClientId,
            ValidAlgorithms = Algorithms,
            IssuerSigningKeys = usable,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ClockSkew = TimeSpan.FromMinutes(1),
        });
        return result.IsValid
            ? (JsonWebToken)result.SecurityToken
            : throw new ProviderException($"The token is not valid ({Reason(result.Exception)}).", result.Exception);
    }

    private static JsonWebToken ReadHeader(string token)
    {
        try
        {
            return Handler.ReadJsonWebToken(token);
        }
        catch (ArgumentException e)
        {
            throw new ProviderException("The token cannot be read.", e);
        }
    }

    // The library's own messages carry the token's content, which does not belong on a page or in a log.
    private static string Reason(Exception failure) => failure switch
    {
        SecurityTokenExpiredException => "it has expired",
        SecurityTokenInvalidIssuerException => "another issuer",
        SecurityTokenInvalidAudienceException => "meant for another client",
        SecurityTokenInvalidAlgorithmException => "an algorithm that is not allowed",
        SecurityTokenSignatureKeyNotFoundException => "no key fits its signature",
        SecurityTokenInvalidSignatureException => "its signature is wrong",
        _ => failure.GetType().Name,
    };
}
