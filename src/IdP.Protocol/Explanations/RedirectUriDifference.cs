namespace IdP.Protocol.Explanations;

/// <summary>Why two addresses that look alike are not the same.</summary>
public enum AddressDifference
{
    /// <summary>One ends with a slash.</summary>
    Slash,

    /// <summary>Capital and small letters.</summary>
    Case,

    /// <summary>http and https, or another scheme.</summary>
    Scheme,

    Host,

    Port,

    Path,

    /// <summary>What follows the question mark.</summary>
    Query,

    /// <summary>What follows the number sign.</summary>
    Fragment,

    /// <summary>Spaces before or after it.</summary>
    Space,

    /// <summary>The same characters, percent-encoded or not.</summary>
    Encoding,

    /// <summary>Nothing of that kind: another address.</summary>
    Other,
}

/// <summary>Two addresses beside one another with what is different between them.</summary>
/// <param name="Before">What both begin with.</param>
/// <param name="Sent">What stands between in the one that was sent.</param>
/// <param name="Registered">What stands between in the registered one.</param>
/// <param name="After">What both end with.</param>
public sealed record RedirectUriDifference(AddressDifference Kind, string Before, string Sent, string Registered, string After)
{
    /// <summary>Compares with the registered address that is nearest.</summary>
    /// <returns>Null when none is registered.</returns>
    public static (string Nearest, RedirectUriDifference Difference)? Nearest(string sent, IReadOnlyList<string> registered)
    {
        if (registered.Count == 0) return null;
        var nearest = registered.MinBy(uri => Rank(KindOf(sent, uri)) * 10_000 + Middle(sent, uri))!;
        return (nearest, Of(sent, nearest));
    }

    public static RedirectUriDifference Of(string sent, string registered)
    {
        var shorter = Math.Min(sent.Length, registered.Length);
        var start = 0;
        while (start < shorter && sent[start] == registered[start]) start++;
        var end = 0;
        while (end < shorter - start && sent[^(end + 1)] == registered[^(end + 1)]) end++;
        return new(KindOf(sent, registered), sent[..start], sent[start..^end], registered[start..^end], sent[^end..]);
    }

    private static int Middle(string sent, string registered)
    {
        var difference = Of(sent, registered);
        return difference.Sent.Length + difference.Registered.Length;
    }

    private static int Rank(AddressDifference kind) => kind switch { AddressDifference.Other => 2, AddressDifference.Host or AddressDifference.Path => 1, _ => 0 };

    private static AddressDifference KindOf(string sent, string registered)
    {
        if (sent.Trim() == registered) return AddressDifference.Space;
        if (sent.TrimEnd('/') == registered.TrimEnd('/')) return AddressDifference.Slash;
        if (sent.Split('#')[0] == registered) return AddressDifference.Fragment;
        if (sent.Split('?')[0] == registered.Split('?')[0]) return AddressDifference.Query;
        if (string.Equals(sent, registered, StringComparison.OrdinalIgnoreCase)) return AddressDifference.Case;
        if (Uri.UnescapeDataString(sent) == Uri.UnescapeDataString(registered)) return AddressDifference.Encoding;
        if (!Uri.TryCreate(sent, UriKind.Absolute, out var one) || !Uri.TryCreate(registered, UriKind.Absolute, out var other)) return AddressDifference.Other;
        return (one.Scheme == other.Scheme, one.Host == other.Host, one.Port == other.Port, one.PathAndQuery == other.PathAndQuery) switch
        {
            (false, true, _, true) => AddressDifference.Scheme,
            (true, true, false, true) => AddressDifference.Port,
            (true, false, _, true) => AddressDifference.Host,
            (true, true, true, false) => AddressDifference.Path,
            _ => AddressDifference.Other,
        };
    }
}
