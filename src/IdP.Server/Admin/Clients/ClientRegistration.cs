using System.Text.Json;
using System.Text.RegularExpressions;
using FluentValidation;
using IdP.Protocol.Requests;
using IdP.Server.Admin.PolicyRules;
using IdP.Storage.Clients;
using IdP.Verification.Methods.Passkeys;
using IdP.Verification.Methods.Totp;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.WebUtilities;

namespace IdP.Server.Admin.Clients;

/// <summary>A client as it would be stored: what is judged is the whole, not the part that changes.</summary>
internal sealed partial record ClientRegistration(Client Client, ResourcePolicyRow Policy, bool HasSecret)
{
    public static IReadOnlyList<string> GrantTypes { get; } = ["authorization_code", "refresh_token", "client_credentials", DeviceCode];

    /// <summary>RFC 8628: devices without a browser.</summary>
    public const string DeviceCode = "urn:ietf:params:oauth:grant-type:device_code";

    public static IReadOnlyList<string> AuthMethods { get; } = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];

    /// <summary>Recovery codes are none of them: they stand in for an app.</summary>
    public static IReadOnlyList<string> VerificationMethods { get; } = [TotpMethod.MethodName, PasskeyMethod.Name];

    public static IReadOnlyList<string> EnrollmentProofs { get; } = [.. Enum.GetValues<IdP.Verification.EnrollmentProof>().Select(v => ChangeList.Words(v))];

    /// <summary>FAPI 2.0: PAR, PKCE, private_key_jwt and DPoP are demanded together.</summary>
    public const string Fapi2 = "fapi2";

    public bool UsesSecret => Client.TokenEndpointAuthMethod is "client_secret_basic" or "client_secret_post";

    /// <summary>Property names of failures are those of the declarative file.</summary>
    public sealed partial class Validator : AbstractValidator<ClientRegistration>
    {
        public Validator() => RuleFor(r => r).Custom((registration, context) =>
        {
            var client = registration.Client;
            foreach (var (property, problem) in Names(client).Concat(Uris(client)).Concat(Grants(registration)).Concat(Authentication(registration)).Concat(Methods(registration.Policy)).Concat(RuleView.Problems(registration.Policy.Rules)))
            {
                context.AddFailure(property, problem);
            }

            if (registration.Policy.ReverifyAfterMinutes is < 0 or > 525_600)
                context.AddFailure("reverifyAfterMinutes", Sentence.Of($"reverifyAfterMinutes must be from 0 to 525600."));
            if (RememberProblem(registration.Policy) is { } forgetful) context.AddFailure("rememberBrowserDays", forgetful);
            if (registration.Policy.EnrollmentProof is { } proof && !EnrollmentProofs.Contains(proof))
                context.AddFailure("enrollmentProof", Sentence.Of($"enrollmentProof must be among {string.Join(", ", EnrollmentProofs)}; empty: the setting decides."));
        });

        private static string? RememberProblem(ResourcePolicyRow policy) => policy switch
        {
            { RememberBrowserDays: < 0 or > RememberedBrowsers.MostDays } => Sentence.Of($"rememberBrowserDays must be from 0 to {RememberedBrowsers.MostDays}."),
            { RememberBrowserDays: > 0, Mode: VerificationMode.Always } => Sentence.Of($"rememberBrowserDays must be 0 with identityVerification always: it asks at every sign-in."),
            { RememberBrowserDays: > 0, ReverifyAfterMinutes: 0 } => Sentence.Of($"rememberBrowserDays must be 0 with reverifyAfterMinutes 0: each authorization asks."),
            { RememberBrowserDays: > 0, Methods.Count: > 0 } => Sentence.Of($"rememberBrowserDays must be 0 with verificationMethods: a remembered browser says nothing of a method."),
            _ => null,
        };

        private static IEnumerable<(string, string)> Names(Client client)
        {
            if (!ClientIdForm().IsMatch(client.ClientId))
                yield return ("clientId", Sentence.Of($"clientId must have 1 to 128 visible ASCII characters without spaces."));
            if (client.DisplayName.Length is 0 or > 128 || Texts.HasControls(client.DisplayName))
                yield return ("displayName", Sentence.Of($"displayName must have 1 to 128 characters and no control characters."));
            if (client.Description is { } text && (text.Length > 256 || Texts.HasControls(text)))
                yield return ("description", Sentence.Of($"description must have at most 256 characters and no control characters."));
            for (var i = 0; i < client.Scopes.Count; i++)
            {
                // RFC 6749 §3.3.
                if (!ScopeForm().IsMatch(client.Scopes[i])) yield return ($"scopes[{i}]", Sentence.Of($"{client.Scopes[i]} is no scope: visible ASCII without spaces, quotes and backslashes."));
            }

            if (client.IdTokenSigningAlg is not ("RS256" or "ES256")) yield return ("idTokenSigningAlg", Sentence.Of($"idTokenSigningAlg must be RS256 or ES256."));
        }

        private static IEnumerable<(string, string)> Uris(Client client)
        {
            var isPublic = client.Type == ClientType.Public;
            foreach (var (name, list) in new[] { ("redirectUris", client.RedirectUris), ("postLogoutRedirectUris", client.PostLogoutRedirectUris) })
            {
                for (var i = 0; i < list.Count; i++)
                {
                    if (Problem(list[i], isPublic) is { } problem) yield return ($"{name}[{i}]", problem);
                }
            }

            for (var i = 0; i < client.AllowedOrigins.Count; i++)
            {
                if (!IsOrigin(client.AllowedOrigins[i]))
                    yield return ($"allowedOrigins[{i}]", Sentence.Of($"{client.AllowedOrigins[i]} is no origin: give scheme, host and port only, such as https://app.example.com."));
            }

            if (client.BackChannelLogoutUri is { } logout && Problem(logout, isPublic: false) is { } wrong)
                yield return ("backChannelLogoutUri", wrong);
            if (client.LaunchUri is { } launch && Problem(launch, isPublic: false) is { } bad) yield return ("launchUri", bad);
            if (client.InitiateLoginUri is { } initiate && (Problem(initiate, isPublic: false) ?? IssuerProblem(initiate)) is { } unfit)
                yield return ("initiateLoginUri", unfit);
        }

        // OIDC Core §4: iss is the server's to add, and a parameter that is there twice has no meaning.
        private static string? IssuerProblem(string uri) =>
            QueryHelpers.ParseQuery(new Uri(uri).Query).ContainsKey("iss") ? Sentence.Of($"{uri}: The parameter iss is added by this server.") : null;

        private static string? Problem(string uri, bool isPublic) =>
            RedirectUris.Problem(uri, isPublic) is { } problem ? $"{Texts.ForTerminal(uri)}: {Sentence.Of(problem)}" : null;

        private static bool IsOrigin(string text) =>
            RedirectUris.Problem(text, publicClient: false) is null && new Uri(text).GetLeftPart(UriPartial.Authority) == text;

        private static IEnumerable<(string, string)> Grants(ClientRegistration registration)
        {
            var client = registration.Client;
            for (var i = 0; i < client.GrantTypes.Count; i++)
            {
                if (!GrantTypes.Contains(client.GrantTypes[i]))
                    yield return ($"grantTypes[{i}]", Sentence.Of($"{client.GrantTypes[i]} is not supported; grant types are {string.Join(", ", GrantTypes)}."));
            }

            if (client.GrantTypes.Count == 0) yield return ("grantTypes", Sentence.Of($"At least one grant type is needed."));
            var code = client.GrantTypes.Contains("authorization_code");
            if (code && client.RedirectUris.Count == 0) yield return ("redirectUris", Sentence.Of($"authorization_code needs at least one redirect URI."));
            var device = client.GrantTypes.Contains(DeviceCode);
            if (!code && !device && client.GrantTypes.Contains("refresh_token"))
                yield return ("grantTypes", Sentence.Of($"refresh_token needs authorization_code or the device grant: nothing else issues one."));
            if (device && client.Profile is not null) yield return ("grantTypes", Sentence.Of($"The profile {client.Profile} has no device grant."));
            if (client.Type == ClientType.Public && client.GrantTypes.Contains("client_credentials"))
                yield return ("grantTypes", Sentence.Of($"A public client cannot use client_credentials: it has nothing to prove itself with."));
        }

        private static IEnumerable<(string, string)> Methods(ResourcePolicyRow policy)
        {
            for (var i = 0; i < policy.Methods.Count; i++)
            {
                var method = policy.Methods[i];
                if (!VerificationMethods.Contains(method))
                    yield return ($"verificationMethods[{i}]", Sentence.Of($"{Texts.ForTerminal(method)} is no method of verification; they are {string.Join(", ", VerificationMethods)}. None named: any counts."));
                else if (policy.Methods.IndexOf(method) < i) yield return ($"verificationMethods[{i}]", Sentence.Of($"{method} is named twice."));
            }
        }

        private static IEnumerable<(string, string)> Authentication(ClientRegistration registration)
        {
            var client = registration.Client;
            var method = client.TokenEndpointAuthMethod;
            // Whatever the type is: what is stored is shown and exported.
            if (client.Jwks is { } keys && JwksProblem(keys) is { } problem) yield return ("jwks", problem);
            if (!AuthMethods.Contains(method))
            {
                yield return ("tokenEndpointAuthMethod", Sentence.Of($"tokenEndpointAuthMethod must be among {string.Join(", ", AuthMethods)}."));
                yield break;
            }

            if (client.Profile is not (null or Fapi2)) yield return ("profile", Sentence.Of($"The only profile is {Fapi2}."));
            if (client.Profile == Fapi2 && method != "private_key_jwt") yield return ("profile", Sentence.Of($"The profile {Fapi2} needs tokenEndpointAuthMethod private_key_jwt."));
            if (client.Type == ClientType.Public)
            {
                if (method != "none") yield return ("tokenEndpointAuthMethod", Sentence.Of($"A public client has tokenEndpointAuthMethod none."));
                if (registration.HasSecret) yield return ("clientSecret", Sentence.Of($"A public client has no secret: it could not keep one."));
                // RFC 9700 §2.1.1.
                if (!client.RequirePkce) yield return ("requirePkce", Sentence.Of($"A public client always uses PKCE."));
                yield break;
            }

            if (method == "none") yield return ("tokenEndpointAuthMethod", Sentence.Of($"A confidential client proves itself: tokenEndpointAuthMethod must not be none."));
            if (registration.UsesSecret && !registration.HasSecret) yield return ("clientSecret", Sentence.Of($"{method} needs a secret."));
            if (method == "private_key_jwt" && client.Jwks is null) yield return ("jwks", Sentence.Of($"private_key_jwt needs the client's public keys in jwks."));
        }

        private static string? JwksProblem(string json)
        {
            try
            {
                using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16 });
                if (!ClaimRules.IsWellFormed(document.RootElement)) return Sentence.Of($"jwks is not JSON.");
                if (document.RootElement is not { ValueKind: JsonValueKind.Object } root
                    || !root.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array || keys.GetArrayLength() == 0)
                {
                    return Sentence.Of($"jwks must be a JWK Set: an object with keys.");
                }

                // RFC 7518 §6: d and k are what must stay with the client.
                return keys.EnumerateArray().Any(k => k.ValueKind != JsonValueKind.Object || k.TryGetProperty("d", out _) || k.TryGetProperty("k", out _))
                    ? Sentence.Of($"jwks must hold public keys only; replace the client's key, it was given away.")
                    : null;
            }
            catch (JsonException)
            {
                return Sentence.Of($"jwks is not JSON.");
            }
        }

        [GeneratedRegex(@"\A[\x21-\x7E]{1,128}\z", RegexOptions.CultureInvariant, 10_000)]
        private static partial Regex ClientIdForm();

        [GeneratedRegex(@"\A[\x21\x23-\x5B\x5D-\x7E]{1,128}\z", RegexOptions.CultureInvariant, 10_000)]
        private static partial Regex ScopeForm();
    }
}
