namespace IdP.Server.Admin.Clients;

/// <summary>Which URIs a client may register.</summary>
internal static class RedirectUriRules
{
    /// <summary>What is wrong with a URI, in a sentence; null: nothing.</summary>
    /// <param name="text">The URI as it was given; it is stored and compared in exactly this form.</param>
    /// <param name="allowAppSchemes">Private-use schemes of installed apps (RFC 8252 §7.1).</param>
    /// <param name="allowFragment">Only where nothing is appended to the URI.</param>
    public static string? Problem(string text, bool allowAppSchemes, bool allowFragment = false)
    {
        if (text.Length is 0 or > 2000) return "A URI must have 1 to 2000 characters.";
        if (text.Any(c => c is <= ' ' or > '~' or '\\' or '<' or '>' or '"')) return $"{Texts.ForTerminal(text)} has characters that a URI cannot have.";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)) return $"{text} is not an absolute URI.";
        if (text.Contains('*', StringComparison.Ordinal)) return $"{text} has a wildcard; register each URI by itself.";
        // RFC 6749 §3.1.2.
        if (!allowFragment && text.Contains('#', StringComparison.Ordinal)) return $"{text} has a fragment.";
        if (uri.UserInfo.Length > 0 || Authority(text).Contains('@', StringComparison.Ordinal)) return $"{text} has user information.";
        if (uri.Scheme == Uri.UriSchemeHttps) return uri.Host.Length > 0 ? null : $"{text} names no host.";
        if (uri.Scheme == Uri.UriSchemeHttp)
            return uri.IsLoopback ? null : $"{text} must use https; plain http is for localhost, 127.0.0.1 and [::1] only.";
        if (!allowAppSchemes) return $"{text} must use https.";
        // RFC 8252 §7.1: a scheme in reverse domain notation; others, such as javascript, are nobody's own.
        return uri.Scheme.Contains('.', StringComparison.Ordinal) ? null : $"{text} must use https, or an app's own scheme in reverse domain form such as com.example.app:/callback.";
    }

    public static bool IsOrigin(string text) =>
        Problem(text, allowAppSchemes: false) is null && new Uri(text).GetLeftPart(UriPartial.Authority) == text;

    private static string Authority(string text)
    {
        var start = text.IndexOf("//", StringComparison.Ordinal);
        if (start < 0) return "";
        var rest = text[(start + 2)..];
        var end = rest.IndexOfAny(['/', '?', '#']);
        return end < 0 ? rest : rest[..end];
    }
}
