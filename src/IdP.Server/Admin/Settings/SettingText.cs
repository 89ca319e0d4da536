using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdP.Verification;

namespace IdP.Server.Admin.Settings;

/// <summary>Settings as somebody types them.</summary>
internal static class SettingText
{
    /// <summary>What a setting holds, by its default; null of a text that nobody has set.</summary>
    public static JsonValueKind? Kind(string name) => new VerificationSettings().ToJson()[name]?.GetValueKind();

    /// <summary>The value of a text. What does not fit stays the text it is, which the setting then refuses: a support contact may be a telephone number.</summary>
    public static JsonNode? Parse(string name, string text) => Kind(name) switch
    {
        JsonValueKind.Number when int.TryParse(text, CultureInfo.InvariantCulture, out var number) => number,
        JsonValueKind.True or JsonValueKind.False when bool.TryParse(text, out var flag) => flag,
        JsonValueKind.Array => Numbers(text),
        _ => text,
    };

    /// <summary>A value as it is typed.</summary>
    public static string Of(JsonNode? value) => value switch
    {
        null => "",
        JsonArray numbers => string.Join(", ", numbers.Select(n => n!.ToJsonString())),
        _ => value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString(),
    };

    private static JsonArray Numbers(string text) => new([.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(part => int.TryParse(part, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : (JsonNode)part)]);
}
