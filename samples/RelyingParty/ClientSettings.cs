using Microsoft.Extensions.Configuration;

namespace Samples.RelyingParty;

/// <summary>
/// What the app must know to be a client: read from configuration, checked at start. Authority is the issuer, exactly as
/// the provider calls itself in its discovery document. BaseUrl is where browsers reach this app; redirect URIs are made
/// from it, never from the Host header. Resource is the API that the app calls; null: none.
/// </summary>
internal sealed record ClientSettings(
    string Authority, string ClientId, string ClientSecret, string Scopes, string BaseUrl, string? Resource)
{
    public string RedirectUri => BaseUrl + "/callback";

    public string PostLogoutRedirectUri => BaseUrl + "/signed-out";

    public string AuthorityOrigin => new Uri(Authority).GetLeftPart(UriPartial.Authority);

    public static ClientSettings Read(IConfiguration configuration) => new(
        RequireSafe(configuration["Authority"]!),
        configuration["ClientId"]!,
        configuration["ClientSecret"] ?? ReadSecret(configuration["ClientSecretFile"]!),
        configuration["Scopes"]!,
        configuration["BaseUrl"]!.TrimEnd('/'),
        configuration["Resource"]);

    // OIDC Core §16.17: the provider is reached over TLS. Loopback is the one exception, for trying things out.
    private static string RequireSafe(string authority) =>
        Uri.TryCreate(authority, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
            ? authority
            : throw new SettingsException("Authority must be an https address, or http on this machine.");

    private static string ReadSecret(string path) =>
        File.Exists(path)
            ? File.ReadAllText(path).Trim()
            : throw new SettingsException(
                "There is no client secret. Start samples/Demo once, which makes one, or set ClientSecret.");
}

/// <summary>A setting is missing or wrong; the message is a sentence for the person who starts the app.</summary>
public sealed class SettingsException(string message) : Exception(message);
