using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Samples.RelyingParty.Apis;

/// <summary>What an API says in <c>WWW-Authenticate</c> when it refuses. RFC 6750 §3, RFC 9470 §3.</summary>
internal sealed partial record BearerChallenge(string? Error, string? Description, string? AcrValues, int? MaxAge)
{
    /// <summary>The token is good, but the person must prove more, or prove it again.</summary>
    public bool DemandsStepUp => Error == "insufficient_user_authentication" && (AcrValues is not null || MaxAge is not null);

    public static BearerChallenge Read(HttpResponseHeaders headers)
    {
        var bearer = headers.WwwAuthenticate.FirstOrDefault(c => c.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase));
        var parameters = Parameters().Matches(bearer?.Parameter ?? "").ToLookup(
            match => match.Groups["name"].Value,
            match => match.Groups["text"].Success ? Escapes().Replace(match.Groups["text"].Value, "${char}") : match.Groups["token"].Value,
            StringComparer.OrdinalIgnoreCase);
        return new BearerChallenge(
            parameters["error"].FirstOrDefault(), parameters["error_description"].FirstOrDefault(), parameters["acr_values"].FirstOrDefault(),
            int.TryParse(parameters["max_age"].FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : null);
    }

    // RFC 9110 §11.2: a value is a token or a quoted string, in which a backslash escapes.
    [GeneratedRegex("""(?<name>[\w-]+)\s*=\s*(?:"(?<text>(?:[^"\\]|\\.)*)"|(?<token>[^\s,"]+))""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameters();

    [GeneratedRegex(@"\\(?<char>.)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Escapes();
}
