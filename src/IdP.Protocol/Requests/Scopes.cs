namespace IdP.Protocol.Requests;

/// <summary>Scope values. RFC 6749 §3.3, OIDC Core §5.4 and §11.</summary>
internal static class Scopes
{
    public const string OpenId = "openid";
    public const string Profile = "profile";
    public const string Email = "email";
    public const string Address = "address";
    public const string Phone = "phone";
    public const string Groups = "groups";
    public const string OfflineAccess = "offline_access";

    /// <summary>Those that discovery lists; a client may be registered for others of its own.</summary>
    public static IReadOnlyList<string> Supported { get; } = [OpenId, Profile, Email, Address, Phone, Groups, OfflineAccess];

    public static string[] Split(string scope) => scope.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public static bool Contains(string scope, string value)
    {
        foreach (var range in scope.AsSpan().Split(' '))
        {
            if (scope.AsSpan(range).SequenceEqual(value)) return true;
        }

        return false;
    }

    /// <summary>Reads the parameter: each value once, in the order sent.</summary>
    /// <param name="scope">As it was sent.</param>
    /// <param name="allowed">What may be asked for.</param>
    public static Result<string[]> Read(string scope, IReadOnlyCollection<string> allowed)
    {
        if (scope.Length > 1024) return OAuthError.InvalidScope("The scope is too long.");
        var values = Split(scope);
        foreach (var value in values)
        {
            // RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
            if (value.AsSpan().ContainsAnyExceptInRange('!', '~') || value.AsSpan().ContainsAny('"', '\\'))
            {
                return OAuthError.InvalidScope("The scope has a character that is not allowed.");
            }

            if (!allowed.Contains(value)) return OAuthError.InvalidScope($"The scope {value} is not one this application may ask for.");
        }

        if (values.Length == 0) return OAuthError.InvalidScope("The scope is empty.");
        return values.Distinct(StringComparer.Ordinal).ToArray();
    }
}
