using System.CommandLine;
using System.Text.Json;

namespace IdP.Server.Cli;

/// <summary><c>--claim NAME=VALUE</c>, repeated for several.</summary>
internal sealed class ClaimOption(string description)
{
    public Option<string[]> Option { get; } = Verbs.Texts("--claim", description);

    /// <param name="claims">Null when the option was not given; empty when it was given once and empty.</param>
    /// <returns>False when one is not NAME=VALUE; that was said.</returns>
    public bool TryRead(Call call, out Dictionary<string, JsonElement>? claims)
    {
        claims = null;
        if (call.Values(Option) is not { } given) return true;
        claims = [];
        foreach (var claim in given)
        {
            var at = claim.IndexOf('=', StringComparison.Ordinal);
            if (at < 1)
            {
                call.Out.Fail($"--claim {claim} is not NAME=VALUE.");
                return false;
            }

            claims[claim[..at]] = Json(claim[(at + 1)..]);
        }

        return true;
    }

    private static JsonElement Json(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(text);
        }
    }
}
