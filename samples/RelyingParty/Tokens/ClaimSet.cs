using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Samples.RelyingParty.Tokens;

/// <summary>The claims of a verified token or of UserInfo, as JSON.</summary>
public sealed class ClaimSet
{
    private readonly JsonElement json;

    internal ClaimSet(JsonElement json) => this.json = json;

    /// <summary>The names in the order they were sent.</summary>
    public IEnumerable<string> Names => json.EnumerateObject().Select(claim => claim.Name);

    /// <summary>The claim as text to show; a list with spaces between its values; null when absent.</summary>
    public string? this[string name] => Get(name) is { } value ? AsText(value) : null;

    /// <summary>
    /// The claim as it takes part in a decision: only a string counts, so that a list of one is not taken for its value.
    /// </summary>
    public string? Exact(string name) =>
        Get(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>
    /// A claim that holds seconds since 1970 (RFC 7519 §2, NumericDate); null when absent or of another kind.
    /// </summary>
    public DateTimeOffset? Time(string name) =>
        Get(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var seconds)
        && seconds is >= 0 and < 253402300800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    internal static ClaimSet Of(JsonWebToken token)
    {
        using var document = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload));
        return new ClaimSet(document.RootElement.Clone());
    }

    internal JsonElement? Get(string name) => json.TryGetProperty(name, out var value) ? value : null;

    private static string AsText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Array => string.Join(' ', value.EnumerateArray().Select(AsText)),
        _ => value.GetRawText(),
    };
}
