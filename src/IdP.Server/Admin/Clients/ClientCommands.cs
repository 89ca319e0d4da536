using System.CommandLine;
using IdP.Server.Admin.Access;
using IdP.Server.Cli;
using IdP.Storage.Clients;
using IdP.Verification.SignIn;

namespace IdP.Server.Admin.Clients;

/// <summary><c>idp clients …</c>.</summary>
internal static class ClientCommands
{
    public static Command Create(Verbs verbs) => Verbs.Group(
        "clients", "Registered applications.", Add(verbs), List(verbs), Show(verbs), Set(verbs), Remove(verbs), Rotate(verbs));

    private static Argument<string> Id() => new("CLIENT") { Description = "The client id." };

    private static Command Add(Verbs verbs)
    {
        var (id, properties, reason) = (Id(), new ClientOptions(), Verbs.Reason());
        var stdin = new StdinFlag("--secret-stdin") { Description = "Read a secret of your own from standard input; without it one is made and printed once." };
        return verbs.Verb("add", "Registers an application and prints its secret once.", Right.ClientsWrite, [id, .. properties.All, stdin, reason], async call =>
        {
            var (clientId, given) = (call.Value(id), call.Value(stdin) ? await call.FromStdinAsync() : null);
            if (await properties.ReadAsync(call) is not { } patch) return ExitCode.Refused;
            var outcome = await call.Get<AddClient>().HandleAsync(new(clientId, patch, given, call.Value(reason) ?? Call.DefaultReason), call.Actor, call.Ct);
            if (outcome is not AddClient.Outcome.Added added) return call.Out.Fail($"There is a client {clientId} already. Change it with: idp clients set {clientId}");
            return call.Out.Done(
                added.Secret is null ? $"{clientId} was added." : $"{clientId} was added. Its secret, shown this once: {added.Secret}",
                new { clientId, clientSecret = added.Secret });
        });
    }

    private static Command List(Verbs verbs)
    {
        var search = Verbs.Text("--search", "Part of a client id or a name.");
        return verbs.Verb("list", "Lists applications and how they are guarded.", Right.ClientsRead, [search], async call =>
        {
            var clients = await call.Get<ListClients>().HandleAsync(call.Value(search));
            if (call.Out.IsJson) call.Out.Json(clients);
            else if (clients.Count == 0) call.Out.Line("No clients.");
            else call.Out.Table(["Client", "Name", "Type", "Identity verification", "Disabled"], clients.Select(c =>
                new[] { c.ClientId, c.DisplayName, ChangeList.Words(c.Type), ChangeList.Words(c.IdentityVerification), c.Disabled ? "yes" : "" }));
            return ExitCode.Done;
        });
    }

    private static Command Show(Verbs verbs)
    {
        var id = Id();
        return verbs.Verb("show", "Shows one registration.", Right.ClientsRead, [id], async call =>
        {
            if (await call.Get<ShowClient>().HandleAsync(call.Value(id)) is not { } client) return NoSuch(call, call.Value(id));
            if (call.Out.IsJson) call.Out.Json(client);
            else call.Out.Properties(Describe(client));
            return ExitCode.Done;
        });
    }

    private static IEnumerable<(string, string?)> Describe(ShowClient.Registration client) =>
    [
        ("Client", client.ClientId), ("Name", client.DisplayName), ("Description", client.Description), ("Type", ChangeList.Words(client.Type)),
        ("Disabled", client.Disabled ? "yes" : null),
        ("Identity verification", ChangeList.Words(client.IdentityVerification)),
        ("Verified for", client.ReverifyAfterMinutes == 0 ? "one authorization" : Texts.Count(client.ReverifyAfterMinutes, "minute")),
        ("Verified by", client.VerificationMethods.Count == 0 ? "any method" : string.Join(", ", client.VerificationMethods)),
        ("First enrollment needs", client.EnrollmentProof),
        ("Remembers browsers", client.RememberBrowserDays == 0 ? null : Texts.Count(client.RememberBrowserDays, "day")),
        ("Redirect URIs", string.Join(' ', client.RedirectUris)), ("After sign-out", string.Join(' ', client.PostLogoutRedirectUris)),
        ("Back-channel logout", client.BackChannelLogoutUri), ("Launch", client.LaunchUri), ("Begin sign-in", client.InitiateLoginUri),
        ("Allowed origins", string.Join(' ', client.AllowedOrigins)),
        ("Grant types", string.Join(' ', client.GrantTypes)), ("Scopes", string.Join(' ', client.Scopes)), ("Consent", ChangeList.Words(client.Consent)),
        ("Authentication", client.TokenEndpointAuthMethod), ("PKCE", client.RequirePkce ? "required" : "not required"),
        ("Pushed requests", client.RequirePar ? "required" : "not required"),
        ("Bound to a key", client.DpopBoundAccessTokens || client.Profile is not null ? "yes" : "no"), ("Profile", client.Profile),
        ("Access tokens", ChangeList.Words(client.AccessTokenFormat)), ("ID token signature", client.Profile is null ? client.IdTokenSigningAlg : "ES256"),
        ("Secrets", string.Join(", ", client.Secrets.Select(s => $"made {Call.Time(s.CreatedAt)}{(s.ExpiresAt is null ? "" : $", until {Call.Time(s.ExpiresAt)}")}"))),
        ("Added", Call.Time(client.CreatedAt)), ("Changed", Call.Time(client.UpdatedAt)),
    ];

    private static Command Set(Verbs verbs)
    {
        var (id, properties, reason) = (Id(), new ClientOptions(), Verbs.Reason());
        return verbs.Verb("set", "Changes what is given; the rest stays. Repeated options replace the list, one empty value empties it.", Right.ClientsWrite,
            [id, .. properties.All, reason], async call =>
        {
            var clientId = call.Value(id);
            if (await properties.ReadAsync(call) is not { } patch) return ExitCode.Refused;
            var outcome = await call.Get<SetClient>().HandleAsync(new(clientId, patch, call.Value(reason) ?? Call.DefaultReason), call.Actor, call.Ct);
            if (outcome is SetClient.Outcome.NoSuchClient) return NoSuch(call, clientId);
            var changes = outcome is SetClient.Outcome.Changed changed ? changed.Changes : [];
            foreach (var weaker in changes.Select(c => c.Weaker).OfType<string>()) call.Out.Warn(weaker);
            return call.Out.Done(changes.Count == 0 ? "Nothing to do." : $"{clientId}: {string.Join("; ", changes.Select(c => c.Text))}",
                new { clientId, changed = changes.Count > 0, changes });
        });
    }

    private static Command Remove(Verbs verbs)
    {
        var (id, reason) = (Id(), Verbs.Reason());
        return verbs.Verb("remove", "Deletes a registration; its tokens stop working.", Right.ClientsWrite, [id, reason], async call =>
            await call.Get<RemoveClient>().HandleAsync(new(call.Value(id), call.Value(reason) ?? Call.DefaultReason), call.Actor, call.Ct) switch
            {
                RemoveClient.Outcome.NoSuchClient => NoSuch(call, call.Value(id)),
                _ => call.Out.Done($"{call.Value(id)} was removed.", new { clientId = call.Value(id), removed = true }),
            });
    }

    private static Command Rotate(Verbs verbs)
    {
        var (id, reason) = (Id(), Verbs.Reason());
        var overlap = new Option<int>("--overlap") { Description = "Hours for which the present secret still works; 24 when not given.", DefaultValueFactory = _ => 24, HelpName = "hours" };
        return verbs.Verb("rotate-secret", "Makes a new secret and prints it once.", Right.ClientsWrite, [id, overlap, reason], async call =>
        {
            var clientId = call.Value(id);
            switch (await call.Get<RotateSecret>().HandleAsync(new(clientId, call.Value(overlap), call.Value(reason) ?? Call.DefaultReason), call.Actor, call.Ct))
            {
                case RotateSecret.Outcome.NoSuchClient:
                    return NoSuch(call, clientId);
                case RotateSecret.Outcome.UsesNoSecret none:
                    return call.Out.Fail($"{clientId} uses no secret: its tokenEndpointAuthMethod is {none.Method}.");
                case RotateSecret.Outcome.Rotated rotated:
                    var old = rotated.OldValidUntil is { } until ? $" The old one works until {Call.Time(until)}." : "";
                    return call.Out.Done($"The new secret of {clientId}, shown this once: {rotated.Secret}{old}",
                        new { clientId, clientSecret = rotated.Secret, oldValidUntil = rotated.OldValidUntil });
                default:
                    throw new InvalidOperationException("The outcome is not known.");
            }
        });
    }

    private static int NoSuch(Call call, string clientId) => call.Out.Fail($"There is no client {clientId}. See: idp clients list");

    /// <summary>One option for each property.</summary>
    private sealed class ClientOptions
    {
        private readonly Option<string?> displayName = Verbs.Text("--display-name", "The name people see.");
        private readonly Option<string?> description = Verbs.Text("--description", "One line for the tile in the portal.");
        private readonly Option<string?> type = Verbs.Choice<ClientType>("--type", "Whether it can keep a secret.");
        private readonly Option<string[]> redirectUris = Verbs.Texts("--redirect-uri", "Where people return after signing in; compared exactly.");
        private readonly Option<string[]> postLogoutRedirectUris = Verbs.Texts("--post-logout-redirect-uri", "Where people return after signing out.");
        private readonly Option<string?> backChannelLogoutUri = Verbs.Text("--back-channel-logout-uri", "Is told when somebody signs out.");
        private readonly Option<string[]> grantTypes = Verbs.Texts("--grant-type", $"Among {string.Join(", ", ClientRegistration.GrantTypes)}.");
        private readonly Option<string[]> scopes = Verbs.Texts("--scope", "A scope that it may ask for.");
        private readonly Option<string?> consent = Verbs.Choice<ConsentType>("--consent", "Whether people are asked.");
        private readonly Option<string?> mode = Verbs.Choice<VerificationMode>("--identity-verification", "Whom it asks for identity verification.");
        private readonly Option<int?> reverify = Verbs.Number("--reverify-after-minutes", "How long a verification counts; 0: for one authorization.");
        private readonly Option<string[]> methods = Verbs.Texts("--verification-method", $"A method that counts as verification, among {string.Join(", ", ClientRegistration.VerificationMethods)}; one empty value: any.");
        private readonly Option<string?> proof = Verbs.Text("--enrollment-proof", $"What a first enrollment on the way to it needs besides the password: {string.Join(", ", ClientRegistration.EnrollmentProofs)}; empty: the setting decides.");
        private readonly Option<int?> remember = Verbs.Number("--remember-browser-days", $"Days for which a browser may be remembered after a verification, up to {RememberedBrowsers.MostDays}; 0: never.");
        private readonly Option<string?> authMethod = Verbs.Text("--token-endpoint-auth-method", $"Among {string.Join(", ", ClientRegistration.AuthMethods)}.");
        private readonly FileOption jwksFile = new("--jwks-file", Configuration.SecretSource.LongestText) { Description = "A file with its public keys as a JWK Set." };
        private readonly Option<bool?> requirePkce = Verbs.Bool("--require-pkce", "Whether it must use PKCE.");
        private readonly Option<bool?> requirePar = Verbs.Bool("--require-par", "Whether it must push its requests.");
        private readonly Option<bool?> dpop = Verbs.Bool("--dpop-bound-access-tokens", "Whether its access tokens are bound to a key that it proves.");
        private readonly Option<string?> profile = Verbs.Text("--profile", "fapi2: PAR, PKCE, private_key_jwt and DPoP together; empty: none.");
        private readonly Option<string?> format = Verbs.Choice<AccessTokenFormat>("--access-token-format", "Its access tokens.");
        private readonly Option<string?> alg = Verbs.Text("--id-token-signing-alg", "RS256 or ES256.");
        private readonly Option<string[]> origins = Verbs.Texts("--allowed-origin", "An origin from which scripts may call.");
        private readonly Option<string?> launchUri = Verbs.Text("--launch-uri", "Where its tile in the portal leads.");
        private readonly Option<string?> initiateLoginUri = Verbs.Text("--initiate-login-uri", "Where others may begin a sign-in; its tile then leads there.");
        private readonly Option<bool?> disabled = Verbs.Bool("--disabled", "Turns it off.");

        public IEnumerable<Symbol> All =>
        [
            displayName, description, type, redirectUris, postLogoutRedirectUris, backChannelLogoutUri, grantTypes, scopes, consent, mode, reverify,
            methods, proof, remember, authMethod, jwksFile, requirePkce, requirePar, dpop, profile, format, alg, origins, launchUri, initiateLoginUri, disabled,
        ];

        /// <returns>Null when the file with the keys cannot be read; that was said.</returns>
        public async Task<ClientPatch?> ReadAsync(Call call)
        {
            var jwks = call.Value(jwksFile);
            if (jwks is { Length: > 0 } && (jwks = await call.TextAsync(jwksFile)) is null) return null;

            return new ClientPatch
            {
                DisplayName = call.Value(displayName), Description = call.Value(description), Type = Verbs.Parse<ClientType>(call.Value(type)),
                RedirectUris = call.Values(redirectUris), PostLogoutRedirectUris = call.Values(postLogoutRedirectUris),
                BackChannelLogoutUri = call.Value(backChannelLogoutUri), GrantTypes = call.Values(grantTypes), Scopes = call.Values(scopes),
                Consent = Verbs.Parse<ConsentType>(call.Value(consent)), IdentityVerification = Verbs.Parse<VerificationMode>(call.Value(mode)),
                ReverifyAfterMinutes = call.Value(reverify), VerificationMethods = call.Values(methods), EnrollmentProof = call.Value(proof),
                RememberBrowserDays = call.Value(remember),
                TokenEndpointAuthMethod = call.Value(authMethod), Jwks = jwks,
                RequirePkce = call.Value(requirePkce), RequirePar = call.Value(requirePar), DpopBoundAccessTokens = call.Value(dpop),
                Profile = call.Value(profile), AccessTokenFormat = Verbs.Parse<AccessTokenFormat>(call.Value(format)),
                IdTokenSigningAlg = call.Value(alg), AllowedOrigins = call.Values(origins), LaunchUri = call.Value(launchUri), InitiateLoginUri = call.Value(initiateLoginUri),
                Disabled = call.Value(disabled),
            };
        }
    }
}
