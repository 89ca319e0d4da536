using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IdP.Protocol.Grants;
using IdP.Protocol.Requests;
using IdP.Storage.Users;

namespace IdP.Protocol.Tokens;

/// <summary>What the client learns about the sign-in. OIDC Core §2, §3.1.3.6.</summary>
internal static class IdTokens
{
    public const string Type = "JWT";

    public static void Write(Utf8JsonWriter json, IdTokenContent token)
    {
        var (issuance, grant) = (token.Issuance, token.Issuance.Grant!);
        json.WriteString("iss", token.Issuer);
        json.WriteString("sub", grant.Person.Id);
        json.WriteString("aud", issuance.Client.ClientId);
        json.WriteNumber("iat", token.IssuedAt.ToUnixTimeSeconds());
        json.WriteNumber("exp", token.ExpiresAt.ToUnixTimeSeconds());
        if (issuance.Nonce is { } nonce) json.WriteString("nonce", nonce);
        AccessTokens.WriteProof(json, grant, issuance.Proven!);
        WriteAccessTokenHash(json, token.AccessToken);

        // §5.4: with an access token, the claims of the scopes are had at UserInfo; here only what was asked for here.
        if (grant.Claims is null || ClaimsRequest.Read(grant.Claims).Failed(out _, out var requested)) return;
        UserClaims.Write(json, grant.Person, updatedAt: null, UserClaims.Allowed(requested.IdToken, issuance.Client, grant.Scope), token.Groups);
    }

    // §3.1.3.6: the left half of the hash; both of our algorithms use SHA-256.
    private static void WriteAccessTokenHash(Utf8JsonWriter json, string accessToken)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.ASCII.GetBytes(accessToken), hash);
        Span<byte> encoded = stackalloc byte[22];
        Base64Url.EncodeToUtf8(hash[..16], encoded);
        json.WriteString("at_hash"u8, encoded);
    }
}

internal readonly record struct IdTokenContent(
    Issuance Issuance, string Issuer, string AccessToken, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, FrozenDictionary<string, Group> Groups);
