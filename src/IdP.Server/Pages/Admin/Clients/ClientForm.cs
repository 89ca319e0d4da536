using System.Globalization;
using IdP.Server.Admin;
using IdP.Server.Admin.Clients;
using IdP.Storage.Clients;

namespace IdP.Server.Pages.Admin.Clients;

/// <summary>Every property of a client as a form sends it; names are those of the declarative file.</summary>
internal sealed class ClientForm
{
    public string? DisplayName { get; set; }

    public string? Description { get; set; }

    public ClientType Type { get; set; }

    public string? RedirectUris { get; set; }

    public string? PostLogoutRedirectUris { get; set; }

    public string? BackChannelLogoutUri { get; set; }

    public string? LaunchUri { get; set; }

    public string? InitiateLoginUri { get; set; }

    public string? AllowedOrigins { get; set; }

    public List<string> GrantTypes { get; set; } = [];

    public string? Scopes { get; set; }

    public ConsentType Consent { get; set; }

    public VerificationMode IdentityVerification { get; set; }

    public string? ReverifyAfterMinutes { get; set; }

    public List<string> VerificationMethods { get; set; } = [];

    public string? EnrollmentProof { get; set; }

    public string? RememberBrowserDays { get; set; }

    public string? TokenEndpointAuthMethod { get; set; }

    public string? Jwks { get; set; }

    public bool RequirePkce { get; set; }

    public bool RequirePar { get; set; }

    public bool DpopBoundAccessTokens { get; set; }

    public string? Profile { get; set; }

    public AccessTokenFormat AccessTokenFormat { get; set; }

    public string? IdTokenSigningAlg { get; set; }

    public bool Disabled { get; set; }

    public static ClientForm Of(ShowClient.Registration client) => new()
    {
        DisplayName = client.DisplayName, Description = client.Description, Type = client.Type,
        RedirectUris = Text(client.RedirectUris), PostLogoutRedirectUris = Text(client.PostLogoutRedirectUris), BackChannelLogoutUri = client.BackChannelLogoutUri,
        LaunchUri = client.LaunchUri, InitiateLoginUri = client.InitiateLoginUri, AllowedOrigins = Text(client.AllowedOrigins),
        GrantTypes = [.. client.GrantTypes], Scopes = string.Join(' ', client.Scopes), Consent = client.Consent,
        IdentityVerification = client.IdentityVerification, ReverifyAfterMinutes = client.ReverifyAfterMinutes.ToString(CultureInfo.InvariantCulture),
        VerificationMethods = [.. client.VerificationMethods], EnrollmentProof = client.EnrollmentProof, RememberBrowserDays = client.RememberBrowserDays.ToString(CultureInfo.InvariantCulture),
        TokenEndpointAuthMethod = client.TokenEndpointAuthMethod,
        Jwks = client.Jwks?.GetRawText(), RequirePkce = client.RequirePkce, RequirePar = client.RequirePar, DpopBoundAccessTokens = client.DpopBoundAccessTokens,
        Profile = client.Profile, AccessTokenFormat = client.AccessTokenFormat, IdTokenSigningAlg = client.IdTokenSigningAlg, Disabled = client.Disabled,
    };

    /// <summary>All of it: what was left empty is taken away.</summary>
    public ClientPatch ToPatch() => new()
    {
        DisplayName = DisplayName?.Trim() ?? "", Description = Description?.Trim() ?? "", Type = Type,
        RedirectUris = Lines(RedirectUris), PostLogoutRedirectUris = Lines(PostLogoutRedirectUris), BackChannelLogoutUri = BackChannelLogoutUri?.Trim() ?? "",
        LaunchUri = LaunchUri?.Trim() ?? "", InitiateLoginUri = InitiateLoginUri?.Trim() ?? "", AllowedOrigins = Lines(AllowedOrigins),
        GrantTypes = GrantTypes, Scopes = Lines(Scopes), Consent = Consent,
        IdentityVerification = IdentityVerification,
        // What is no number is refused by the rule for numbers.
        ReverifyAfterMinutes = int.TryParse(ReverifyAfterMinutes, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) ? minutes : -1,
        VerificationMethods = VerificationMethods, EnrollmentProof = EnrollmentProof ?? "",
        RememberBrowserDays = int.TryParse(RememberBrowserDays, NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days : -1,
        TokenEndpointAuthMethod = TokenEndpointAuthMethod,
        Jwks = Jwks?.Trim() ?? "", RequirePkce = RequirePkce, RequirePar = RequirePar, DpopBoundAccessTokens = DpopBoundAccessTokens,
        Profile = Profile ?? "", AccessTokenFormat = AccessTokenFormat, IdTokenSigningAlg = IdTokenSigningAlg, Disabled = Disabled,
    };

    /// <summary>A list as it is typed: one in each line, or separated by spaces.</summary>
    public static List<string> Lines(string? text) => [.. (text ?? "").Split((char[])[' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Values to choose from, with the names that the file, the command line and the standards use.</summary>
    public static IReadOnlyList<(string Value, Phrase Text)> Options<T>(Func<T, Phrase> text)
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(v => (v.ToString(), text(v)))];

    public static IReadOnlyList<(string Value, Phrase Text)> Options(Words words, IEnumerable<string> values, Phrase? none = null) =>
        [.. none is null ? [] : new[] { ("", none) }, .. values.Select(v => (v, words.Literal(v)))];

    private static string Text(IEnumerable<string> lines) => string.Join('\n', lines);
}
