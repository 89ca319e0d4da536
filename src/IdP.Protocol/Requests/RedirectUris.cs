using System.Buffers;
using System.Net;

namespace IdP.Protocol.Requests;

/// <summary>Where an answer may be sent.</summary>
public static class RedirectUris
{
    private const int MostCharacters = 2000;

    private static readonly SearchValues<char> Forbidden = SearchValues.Create("\\\"<>^`{|}");

    /// <summary>Says what is wrong with a redirect URI that somebody wants to register.</summary>
    /// <param name="uri">As it was typed.</param>
    /// <param name="publicClient">Only apps without a secret may have a scheme of their own (RFC 8252 §7.1).</param>
    /// <returns>A sentence; null when it may be registered.</returns>
    public static FormattableString? Problem(string uri, bool publicClient)
    {
        if (uri.Length == 0) return $"The address is empty.";
        if (uri.Length > MostCharacters) return $"The address is too long.";
        // Anything a browser or a parser would quietly change makes two readers see two addresses.
        if (uri.AsSpan().ContainsAnyExceptInRange('!', '~') || uri.AsSpan().ContainsAny(Forbidden))
        {
            return $"The address has a character that must be percent-encoded.";
        }

        if (uri.Contains('*')) return $"The address may not have a wildcard: list every address.";
        if (uri.Contains('#')) return $"The address may not have a fragment (#).";  // RFC 6749 §3.1.2
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var parsed)) return $"The address must be absolute, such as https://app.example/callback.";
        return parsed.Scheme switch
        {
            "https" or "http" => WebProblem(uri, parsed),
            _ when !publicClient => $"The address must begin with https://.",
            // RFC 8252 §7.1: a scheme of its own is a reversed domain name, so it has a dot.
            _ when !parsed.Scheme.Contains('.') => $"A scheme of the app's own must be a reversed domain name, such as com.example.app.",
            _ when !uri.StartsWith(parsed.Scheme + ":/", StringComparison.Ordinal) => $"The scheme must be in lower case and followed by :/.",
            _ => null,
        };
    }

    /// <summary>Whether a redirect URI in a request is one of the registered.</summary>
    internal static bool Matches(IReadOnlyList<string> registered, string requested)
    {
        foreach (var uri in registered)
        {
            // RFC 9700 §2.1: exact string matching.
            if (string.Equals(uri, requested, StringComparison.Ordinal)) return true;
        }

        // RFC 8252 §7.3: any port on a loopback address literal; "localhost" may be another machine (§8.3).
        if (WithoutLoopbackPort(requested) is not { } portless) return false;
        foreach (var uri in registered)
        {
            if (WithoutLoopbackPort(uri) is { } known && string.Equals(known, portless, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    /// <summary>The source for a Content-Security-Policy: the origin, or the scheme of an app's own.</summary>
    internal static string CspSource(string uri)
    {
        var parsed = new Uri(uri);
        if (parsed.Scheme is not ("http" or "https")) return parsed.Scheme + ":";
        // The grammar of CSP has no IPv6 literals.
        return parsed.HostNameType == UriHostNameType.IPv6 ? parsed.Scheme + ":" : parsed.GetLeftPart(UriPartial.Authority);
    }

    /// <summary>The web origin; null for a scheme of an app's own.</summary>
    internal static string? Origin(string uri) =>
        Uri.TryCreate(uri, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https" ? parsed.GetLeftPart(UriPartial.Authority) : null;

    private static FormattableString? WebProblem(string uri, Uri parsed)
    {
        if (!uri.StartsWith(parsed.Scheme + "://", StringComparison.Ordinal)) return $"The address must begin with https:// in lower case.";
        var rest = uri.AsSpan(parsed.Scheme.Length + 3);
        var end = rest.IndexOfAny('/', '?');
        var authority = end < 0 ? rest : rest[..end];
        if (authority.Contains('@')) return $"The address may not have a user name or password.";
        if (authority.IsEmpty || parsed.Host.Length == 0) return $"The address has no host name.";
        // 0x7f.1, 127.1, upper case, a trailing dot: the host must be written as it is looked up.
        if (!authority.StartsWith(parsed.Host, StringComparison.Ordinal) || parsed.Host.EndsWith('.')) return $"The host name must be written in its plain form.";
        if (authority[parsed.Host.Length..] is not ([] or [':', >= '1' and <= '9', ..])) return $"The port is not valid.";
        if (HasDotSegments(parsed, uri)) return $"The path may not have . or .. segments.";
        if (parsed.Scheme == "http" && !IsLoopback(parsed.Host)) return $"The address must begin with https:// (http is for this machine only).";
        return null;
    }

    private static bool HasDotSegments(Uri parsed, string uri)
    {
        var path = uri.Split('?')[0][(parsed.Scheme.Length + 3)..];
        return path.Split('/').Skip(1).Any(segment =>
            Uri.UnescapeDataString(segment) is "." or ".." || segment.Contains("%2f", StringComparison.OrdinalIgnoreCase)
            || segment.Contains("%5c", StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsLoopback(string host) =>
        host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static string? WithoutLoopbackPort(string uri)
    {
        var host = uri.StartsWith("http://127.0.0.1", StringComparison.Ordinal) ? "http://127.0.0.1"
            : uri.StartsWith("http://[::1]", StringComparison.Ordinal) ? "http://[::1]" : null;
        if (host is null) return null;
        var rest = uri.AsSpan(host.Length);
        if (rest is [':', ..])
        {
            var digits = rest[1..].IndexOfAnyExceptInRange('0', '9');
            if (digits < 0) digits = rest.Length - 1;
            if (!ushort.TryParse(rest.Slice(1, digits), System.Globalization.NumberStyles.None, null, out var port) || port == 0) return null;
            rest = rest[(digits + 1)..];
        }

        // What follows is a path, a query or nothing; 127.0.0.1.evil.example and 127.0.0.1@evil.example are not loopback.
        return rest is [] or ['/', ..] or ['?', ..] ? $"{host}{rest}" : null;
    }
}
