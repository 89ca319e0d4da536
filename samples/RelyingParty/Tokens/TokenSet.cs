using System.Text.Json;
using Samples.RelyingParty.Provider;

namespace Samples.RelyingParty.Tokens;

/// <summary>What the token endpoint gave. RFC 6749 §5.1, OIDC Core §3.1.3.3.</summary>
internal sealed record TokenSet(string AccessToken, string? RefreshToken, string? IdToken, int? ExpiresIn)
{
    public static TokenSet Read(JsonElement json)
    {
        // RFC 6749 §7.1: a token of an unknown type must not be used.
        if (!string.Equals(Text(json, "token_type"), "Bearer", StringComparison.OrdinalIgnoreCase))
            throw new ProviderException("The token answer has no token type that this app knows.");
        return new TokenSet(
            Text(json, "access_token") ?? throw new ProviderException("The token answer has no access token."),
            Text(json, "refresh_token"),
            Text(json, "id_token"),
            json.TryGetProperty("expires_in", out var seconds) && seconds.TryGetInt32(out var value) ? value : null);
    }

    public override string ToString() => "TokenSet(redacted)";

    internal static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>The answer of the token endpoint: tokens, or a refusal with the provider's reason.</summary>
internal abstract record TokenAnswer
{
    public sealed record Issued(TokenSet Tokens) : TokenAnswer;

    /// <summary>RFC 6749 §5.2.</summary>
    public sealed record Refused(string Error, string? Description) : TokenAnswer;
}
