using IdP.Storage.Clients;

namespace IdP.Server.Admin.Clients;

/// <summary>What sort of program an application is; from it follows how it must be registered.</summary>
internal enum ClientKind
{
    /// <summary>A web application with a server of its own, which keeps a secret.</summary>
    Web,

    /// <summary>Runs in the browser and can keep nothing.</summary>
    SinglePage,

    /// <summary>Installed on a computer or a phone.</summary>
    Native,

    /// <summary>A service without people.</summary>
    Machine,

    /// <summary>Without a browser or a keyboard: people confirm elsewhere.</summary>
    Device,
}

/// <summary>How an application of a kind is registered, by the standards of this day (RFC 9700, RFC 8252, RFC 8628).</summary>
/// <param name="RedirectHint">An address as the kind uses them; null: it has none.</param>
internal sealed record ClientRecipe(
    ClientKind Kind, ClientType Type, List<string> GrantTypes, string AuthMethod, List<string> Scopes, string? RedirectHint)
{
    public static IReadOnlyList<ClientRecipe> All { get; } =
    [
        new(ClientKind.Web, ClientType.Confidential, ["authorization_code", "refresh_token"], "client_secret_basic", ["openid", "profile", "email"], "https://app.example.com/callback"),
        new(ClientKind.SinglePage, ClientType.Public, ["authorization_code", "refresh_token"], "none", ["openid", "profile", "email"], "https://app.example.com/"),
        new(ClientKind.Native, ClientType.Public, ["authorization_code", "refresh_token"], "none", ["openid", "profile", "email", "offline_access"], "com.example.app:/callback"),
        new(ClientKind.Machine, ClientType.Confidential, ["client_credentials"], "client_secret_basic", [], null),
        new(ClientKind.Device, ClientType.Public, [ClientRegistration.DeviceCode, "refresh_token"], "none", ["openid", "profile"], null),
    ];

    public static ClientRecipe Of(ClientKind kind) => All.First(r => r.Kind == kind);

    /// <summary>The recipe, with what was given beside it.</summary>
    public ClientPatch Fill(ClientPatch given) => given with
    {
        Type = Type,
        GrantTypes = GrantTypes,
        TokenEndpointAuthMethod = AuthMethod,
        RequirePkce = true,
        Scopes = given.Scopes ?? Scopes,
        // A script calls the token endpoint from where it is loaded, and that is where people return to.
        AllowedOrigins = Kind == ClientKind.SinglePage ? [.. (given.RedirectUris ?? []).Select(OriginOf).OfType<string>().Distinct(StringComparer.Ordinal)] : null,
        // Nobody is there to be asked.
        IdentityVerification = Kind == ClientKind.Machine ? VerificationMode.NotRequired : given.IdentityVerification,
    };

    /// <summary>The kind that a registration is nearest to.</summary>
    public static ClientKind KindOf(ShowClient.Registration client) =>
        client.GrantTypes.Contains(ClientRegistration.DeviceCode) ? ClientKind.Device
        : !client.GrantTypes.Contains("authorization_code") ? ClientKind.Machine
        : client.Type == ClientType.Confidential ? ClientKind.Web
        : client.AllowedOrigins.Count > 0 || !client.RedirectUris.Any(IsOfApp) ? ClientKind.SinglePage
        : ClientKind.Native;

    // RFC 8252 §7.1 and §7.3: a scheme of the app's own, or the machine itself.
    private static bool IsOfApp(string uri) => Uri.TryCreate(uri, UriKind.Absolute, out var parsed) && (parsed.Scheme is not ("http" or "https") || parsed.IsLoopback);

    private static string? OriginOf(string uri) =>
        Uri.TryCreate(uri, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https" ? parsed.GetLeftPart(UriPartial.Authority) : null;
}
