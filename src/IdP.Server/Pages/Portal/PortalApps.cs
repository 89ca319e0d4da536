using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.WebUtilities;

namespace IdP.Server.Pages.Portal;

/// <summary>An application as the portal shows it to one person.</summary>
/// <param name="Url">Where the tile leads.</param>
/// <param name="IsGuarded">This person is asked for identity verification there.</param>
internal sealed record PortalApp(string ClientId, string Name, string? Description, string Url, bool IsGuarded)
{
    private const int Hues = 6;

    public string Initial => Name.EnumerateRunes().FirstOrDefault().ToString().ToUpperInvariant();

    /// <summary>One of six colours, always the same for an app.</summary>
    public string Hue => "h" + (1 + (ClientId.Sum(c => c) % Hues));
}

internal static class PortalApps
{
    /// <summary>The applications that people open, in the order of their names.</summary>
    /// <param name="issuer">Ours, which tells an app who sends people to it.</param>
    public static IReadOnlyList<PortalApp> AppsOf(this CatalogSnapshot catalog, Person person, string issuer) =>
    [
        .. from client in catalog.Clients.Values
           where client.DisabledAt is null && client.GrantTypes.Contains("authorization_code")
           let url = InitiateLogin(client.InitiateLoginUri, issuer) ?? client.LaunchUri ?? OriginOf(client.RedirectUris)
           where url is not null
           orderby client.DisplayName
           select new PortalApp(client.ClientId, client.DisplayName, client.Description, url, IsGuarded(catalog.PolicyOf(client.ClientId), person)),
    ];

    // OIDC Core §4. Only iss: a hint would put the person's name into an address, and what the app opens first is its own to know.
    private static string? InitiateLogin(string? uri, string issuer) => uri is null ? null : QueryHelpers.AddQueryString(uri, "iss", issuer);

    private static string? OriginOf(List<string> redirectUris) =>
        redirectUris.Count > 0 && Uri.TryCreate(redirectUris[0], UriKind.Absolute, out var uri) && uri.Scheme is ("https" or "http")
            ? uri.GetLeftPart(UriPartial.Authority) + "/"
            : null;

    private static bool IsGuarded(ResourcePolicy policy, Person person) => policy.ModeFor(person.Groups).Mode switch
    {
        VerificationMode.NotRequired => false,
        VerificationMode.WhenEnrolled => person.State.Enrollment is EnrollmentState.Active or EnrollmentState.MustEnroll,
        _ => true,
    };
}
