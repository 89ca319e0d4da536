using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Verification.Decisions;

namespace IdP.Protocol.Requests;

/// <summary>The parameter <c>resource</c>: for which registered APIs an access token is to be. RFC 8707.</summary>
internal static class Resources
{
    /// <summary>The one parameter that may be sent several times (§2); its values are kept separated by spaces.</summary>
    public const string Parameter = "resource";

    /// <summary>Reads the parameter: each value once, in the order sent.</summary>
    /// <param name="parameter">The values, separated by spaces; null: none.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="catalog">Knows the APIs.</param>
    /// <param name="issuer">This server is a target as well: UserInfo.</param>
    public static Result<string[]> Read(string? parameter, Client client, CatalogSnapshot catalog, string issuer)
    {
        var values = Scopes.Split(parameter ?? "").Distinct(StringComparer.Ordinal).ToArray();
        foreach (var value in values)
        {
            // §2: an absolute URI without a fragment.
            if (value.Contains('#') || !Uri.TryCreate(value, UriKind.Absolute, out _)) return InvalidTarget("The resource must be an absolute URI without a fragment.");
            if (value == issuer) continue;
            // Unknown, and not for this application, get the same answer.
            if (!catalog.Apis.TryGetValue(value, out var api) || !api.Scopes.Any(client.Scopes.Contains))
            {
                return InvalidTarget("The resource is no API that this application may use.");
            }
        }

        return values;
    }

    /// <summary>Those of the scopes that the targets understand.</summary>
    public static string[] Limit(IEnumerable<string> scopes, IReadOnlyList<string> targets, CatalogSnapshot catalog, string issuer) =>
        [.. scopes.Where(scope => targets.Any(target => target == issuer
            ? Scopes.Supported.Contains(scope)
            : catalog.Apis.TryGetValue(target, out var api) && api.Scopes.Contains(scope)))];

    /// <summary>The highest level that one of the targets demands of a person; null: none.</summary>
    public static string? RequiredAcr(IEnumerable<string> targets, CatalogSnapshot catalog)
    {
        string? highest = null;
        foreach (var target in targets)
        {
            if (catalog.Apis.GetValueOrDefault(target)?.RequiredAcr is { } required && Acr.Rank(required) > Acr.Rank(highest)) highest = required;
        }

        return highest;
    }

    public static OAuthError InvalidTarget(string description) => new("invalid_target", description);
}
