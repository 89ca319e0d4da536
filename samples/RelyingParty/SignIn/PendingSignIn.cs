using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace Samples.RelyingParty.SignIn;

/// <summary>What the app must remember of a sign-in while the browser is at the provider.</summary>
/// <param name="State">Ties the answer to this browser (RFC 6749 §10.12).</param>
/// <param name="Nonce">Ties the ID token to this sign-in (OIDC Core §3.1.2.1).</param>
/// <param name="CodeVerifier">Ties the code to this sign-in (RFC 7636 §4.1).</param>
/// <param name="Demanded">The <c>acr_values</c> that the app itself asked for; null when none.</param>
/// <param name="ReturnTo">The page of this app that needs the sign-in; null: the first one.</param>
internal sealed record PendingSignIn(string State, string Nonce, string CodeVerifier, string? Demanded, string? ReturnTo)
{
    public string CodeChallenge =>
        Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(CodeVerifier)));

    public static PendingSignIn Begin(string? demanded, string? returnTo) =>
        new(RandomValue.New(), RandomValue.New(), RandomValue.New(), demanded, returnTo);
}

internal static class RandomValue
{
    /// <summary>
    /// 256 random bits in 43 characters, which is also the shortest code verifier RFC 7636 §4.1 allows.
    /// </summary>
    public static string New() => Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));

    public static bool Same(string? one, string? other) =>
        one is not null && other is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));
}
