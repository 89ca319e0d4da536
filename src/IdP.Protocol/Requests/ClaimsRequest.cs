using System.Text.Json;

namespace IdP.Protocol.Requests;

/// <summary>The <c>claims</c> parameter. OIDC Core §5.5.</summary>
/// <param name="IdToken">Names asked for in the ID token.</param>
/// <param name="UserInfo">Names asked for at UserInfo.</param>
/// <param name="AcrValues">Levels asked for, most wanted first.</param>
/// <param name="AcrIsEssential">Without one of them the request fails (§5.5.1.1).</param>
/// <param name="Subject">The one person whom the answer may be about (§5.5.1); null: anybody.</param>
internal sealed record ClaimsRequest(
    IReadOnlyList<string> IdToken, IReadOnlyList<string> UserInfo, IReadOnlyList<string> AcrValues, bool AcrIsEssential, string? Subject)
{
    public static ClaimsRequest None { get; } = new([], [], [], AcrIsEssential: false, null);

    private const int MostClaims = 64;

    public static Result<ClaimsRequest> Read(string? json)
    {
        if (json is null) return None;
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object) return Malformed("it must be an object");
            List<string> idToken = [], userInfo = [], acrValues = [];
            var essential = false;
            string? subject = null;
            foreach (var member in document.RootElement.EnumerateObject())
            {
                // §5.5: other members must be ignored.
                if (member.Name is not ("id_token" or "userinfo")) continue;
                if (member.Value.ValueKind == JsonValueKind.Null) continue;
                if (member.Value.ValueKind != JsonValueKind.Object) return Malformed($"{member.Name} must be an object");
                foreach (var claim in member.Value.EnumerateObject())
                {
                    if (claim.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Object)) return Malformed("each claim must be null or an object");
                    var names = member.Name == "id_token" ? idToken : userInfo;
                    if (names.Count == MostClaims) return Malformed("it asks for too many claims");
                    names.Add(claim.Name);
                    if (claim is { Name: "sub", Value.ValueKind: JsonValueKind.Object } && claim.Value.TryGetProperty("value", out var only))
                    {
                        if (only.ValueKind != JsonValueKind.String) return Malformed("the value of sub must be a string");
                        subject = only.GetString();
                    }

                    if (member.Name == "id_token" && claim is { Name: "acr", Value.ValueKind: JsonValueKind.Object })
                    {
                        if (!ReadAcr(claim.Value, acrValues, out essential)) return Malformed("acr must have essential as true or false and values as strings");
                    }
                }
            }

            return new ClaimsRequest(idToken, userInfo, acrValues, essential && acrValues.Count > 0, subject);
        }
        // The second is for half a surrogate pair, which is JSON and no text.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return Malformed("it is not JSON");
        }
    }

    private static bool ReadAcr(JsonElement acr, List<string> values, out bool essential)
    {
        essential = false;
        foreach (var member in acr.EnumerateObject())
        {
            switch (member.Name)
            {
                case "essential" when member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                    essential = member.Value.GetBoolean();
                    break;
                case "value" when member.Value.ValueKind == JsonValueKind.String:
                    values.Add(member.Value.GetString()!);
                    break;
                case "values" when member.Value.ValueKind == JsonValueKind.Array && member.Value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String):
                    values.AddRange(member.Value.EnumerateArray().Select(v => v.GetString()!));
                    break;
                case "essential" or "value" or "values":
                    return false;
            }
        }

        return true;
    }

    private static OAuthError Malformed(string why) => OAuthError.InvalidRequest($"The parameter claims is malformed: {why}.");
}
