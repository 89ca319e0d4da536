using IdP.Protocol.Requests;
using IdP.Storage.Changes;
using IdP.Verification.Decisions;

namespace IdP.Protocol.Grants;

/// <summary>Aims what a grant decided to issue at the APIs that the token request names. RFC 8707 §2.2.</summary>
internal static class Targets
{
    /// <param name="form">Its <c>resource</c> narrows what was granted; without it the token is for all of that.</param>
    /// <param name="issuance">Not taken yet: an error here leaves the grant as it is.</param>
    /// <param name="catalog">Knows the APIs.</param>
    /// <param name="issuer">This server.</param>
    public static Result<Issuance> Aim(OAuthForm form, Issuance issuance, CatalogSnapshot catalog, string issuer)
    {
        var granted = Scopes.Split(issuance.Grant?.Resource ?? "");
        if (Resources.Read(form[Resources.Parameter] ?? issuance.Grant?.Resource, issuance.Client, catalog, issuer).Failed(out var error, out var targets)) return error;
        if (targets.Length == 0) return issuance;

        // What was asked for at the authorization is what the person allowed; UserInfo is for whoever has openid.
        if (granted.Length > 0 && targets.Any(t => !granted.Contains(t) && t != issuer))
        {
            return Resources.InvalidTarget("The resource was not part of the authorization request.");
        }

        if (Resources.RequiredAcr(targets, catalog) is { } required && issuance.Proven is { } proven && !Acr.Meets(proven.Acr, required))
        {
            return OAuthError.InvalidGrant($"The resource demands the level {required}. Send the person to sign in again.");
        }

        var scopes = Resources.Limit(issuance.Scopes, targets, catalog, issuer);
        return scopes.Length == 0
            ? Resources.InvalidTarget("None of the granted scopes is one of the resource.")
            : issuance with { Audience = targets, AccessScopes = scopes };
    }
}
