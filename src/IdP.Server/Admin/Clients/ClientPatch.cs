using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using IdP.Server.Admin.PolicyRules;
using IdP.Storage.Clients;
using IdP.Verification.Decisions;

namespace IdP.Server.Admin.Clients;

/// <summary>
/// What is to be different of a client and of its policy; null keeps what is stored, an empty text takes it away.
/// Operation, declarative file and REST change clients through it, so that all describe changes alike.
/// </summary>
internal record ClientPatch
{
    public string? DisplayName { get; init; }

    public string? Description { get; init; }

    public ClientType? Type { get; init; }

    public List<string>? RedirectUris { get; init; }

    public List<string>? PostLogoutRedirectUris { get; init; }

    public string? BackChannelLogoutUri { get; init; }

    public List<string>? GrantTypes { get; init; }

    public List<string>? Scopes { get; init; }

    public ConsentType? Consent { get; init; }

    public string? TokenEndpointAuthMethod { get; init; }

    /// <summary>A JWK Set as JSON.</summary>
    [JsonConverter(typeof(RawObject))]
    public string? Jwks { get; init; }

    public bool? RequirePkce { get; init; }

    public bool? RequirePar { get; init; }

    public bool? DpopBoundAccessTokens { get; init; }

    public string? Profile { get; init; }

    public AccessTokenFormat? AccessTokenFormat { get; init; }

    public string? IdTokenSigningAlg { get; init; }

    public List<string>? AllowedOrigins { get; init; }

    public string? LaunchUri { get; init; }

    public string? InitiateLoginUri { get; init; }

    public bool? Disabled { get; init; }

    public VerificationMode? IdentityVerification { get; init; }

    public int? ReverifyAfterMinutes { get; init; }

    public List<string>? VerificationMethods { get; init; }

    public string? EnrollmentProof { get; init; }

    /// <summary>Replaces all rules of the policy.</summary>
    public List<RuleView>? Rules { get; init; }

    public int? RememberBrowserDays { get; init; }

    /// <summary>Changes both and tells what became different, and what of it protects less.</summary>
    public ChangeList ApplyTo(Client client, ResourcePolicyRow policy, DateTimeOffset now)
    {
        var changes = new ChangeList();
        // Before anything else: a new host is judged by the URIs that are stored.
        var uris = client.RedirectUris.Concat(client.PostLogoutRedirectUris).Select(Weaker.HostOf).ToHashSet(StringComparer.OrdinalIgnoreCase);

        changes.Compare("displayName", client.DisplayName, DisplayName is "" ? client.ClientId : DisplayName, v => client.DisplayName = v!);
        changes.Compare("description", client.Description, Description, v => client.Description = v);
        changes.Compare("type", client.Type, Type, v => client.Type = v, Weaker.Type);
        changes.Compare("redirectUris", client.RedirectUris, RedirectUris, v => client.RedirectUris = v, added => Weaker.Hosts(added, uris));
        changes.Compare("postLogoutRedirectUris", client.PostLogoutRedirectUris, PostLogoutRedirectUris, v => client.PostLogoutRedirectUris = v);
        changes.Compare("backChannelLogoutUri", client.BackChannelLogoutUri, BackChannelLogoutUri, v => client.BackChannelLogoutUri = v, Weaker.BackChannelLogout);
        changes.Compare("grantTypes", client.GrantTypes, GrantTypes, v => client.GrantTypes = v, Weaker.Grants);
        changes.Compare("scopes", client.Scopes, Scopes, v => client.Scopes = v, Weaker.Scopes);
        changes.Compare("consent", client.Consent, Consent, v => client.Consent = v, Weaker.Consent);
        changes.Compare("tokenEndpointAuthMethod", client.TokenEndpointAuthMethod, AuthMethodFor(client), v => client.TokenEndpointAuthMethod = v!, Weaker.AuthMethod);
        changes.Compare("jwks", Canonical(client.Jwks), Jwks is null or "" ? Jwks : Canonical(Jwks), v => client.Jwks = v);
        changes.Compare("requirePkce", client.RequirePkce, RequirePkce, v => client.RequirePkce = v, Weaker.Pkce);
        changes.Compare("requirePar", client.RequirePar, RequirePar, v => client.RequirePar = v, Weaker.Par);
        changes.Compare("dpopBoundAccessTokens", client.DpopBoundAccessTokens, DpopBoundAccessTokens, v => client.DpopBoundAccessTokens = v, Weaker.Bound);
        changes.Compare("profile", client.Profile, Profile, v => client.Profile = v, Weaker.Profile);
        changes.Compare("accessTokenFormat", client.AccessTokenFormat, AccessTokenFormat, v => client.AccessTokenFormat = v, Weaker.Format);
        changes.Compare("idTokenSigningAlg", client.IdTokenSigningAlg, IdTokenSigningAlg, v => client.IdTokenSigningAlg = v!);
        changes.Compare("allowedOrigins", client.AllowedOrigins, AllowedOrigins, v => client.AllowedOrigins = v, Weaker.Origins);
        changes.Compare("launchUri", client.LaunchUri, LaunchUri, v => client.LaunchUri = v);
        changes.Compare("initiateLoginUri", client.InitiateLoginUri, InitiateLoginUri, v => client.InitiateLoginUri = v);
        changes.Compare("disabled", client.DisabledAt is not null, Disabled, v => client.DisabledAt = v ? now : null);
        changes.AddRange(ApplyTo(policy, client.DisplayName, now));
        return changes;
    }

    /// <summary>The part that changes the policy; audited as a change of policy.</summary>
    private ChangeList ApplyTo(ResourcePolicyRow policy, string name, DateTimeOffset now)
    {
        var changes = new ChangeList();
        changes.Compare("identityVerification", policy.Mode, IdentityVerification, v => policy.Mode = v, (old, wanted) => Weaker.Mode(name, old, wanted));
        changes.Compare("reverifyAfterMinutes", policy.ReverifyAfterMinutes, ReverifyAfterMinutes, v => policy.ReverifyAfterMinutes = v,
            (old, wanted) => Weaker.Reverify(name, old, wanted));
        changes.Compare("verificationMethods", policy.Methods, VerificationMethods, v => policy.Methods = v, (old, wanted) => Weaker.Methods(name, old, wanted));
        changes.Compare("enrollmentProof", policy.EnrollmentProof, EnrollmentProof, v => policy.EnrollmentProof = v,
            (old, wanted) => Weaker.Proof(Sentence.Of($"on the way to {name}"), old, wanted));
        if (Rules?.Select(r => r.ToRule()).ToList() is { } rules && !policy.Rules.SequenceEqual(rules))
        {
            var before = Policies.Of(policy);
            policy.Rules = rules;
            var words = rules.Count == 0 ? "none" : string.Join(", then ", rules.Select(RuleView.Words));
            changes.Add(new Change($"rules: {words}", WeakerRules.Of(name, before, Policies.Of(policy))));
        }

        changes.Compare("rememberBrowserDays", policy.RememberBrowserDays, RememberBrowserDays, v => policy.RememberBrowserDays = v,
            (old, wanted) => Weaker.Remember(name, old, wanted));
        // Whatever it was: browsers that were remembered under the old policy do not count under the new one.
        if (changes.Count > 0) policy.ChangedAt = now;
        return changes;
    }

    /// <summary>Whether a change is one of the policy rather than of the registration.</summary>
    public static bool IsOfPolicy(Change change) =>
        change.Text.Split(':')[0] is "identityVerification" or "reverifyAfterMinutes" or "verificationMethods" or "enrollmentProof" or "rememberBrowserDays" or "rules";

    // The type leaves no choice in one direction, and an obvious one in the other.
    private string? AuthMethodFor(Client client) => TokenEndpointAuthMethod ?? (Type, client.TokenEndpointAuthMethod) switch
    {
        (ClientType.Public, _) => "none",
        (ClientType.Confidential, "none") => "client_secret_basic",
        _ => null,
    };

    /// <summary>In the API it is an object; an empty one takes it away.</summary>
    private sealed class RawObject : JsonConverter<string>
    {
        public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var set = JsonElement.ParseValue(ref reader);
            if (set.ValueKind != JsonValueKind.Object) throw new JsonException();
            return set.EnumerateObject().Any() ? set.GetRawText() : "";
        }

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteRawValue(value);
    }

    /// <summary>JSON without what does not matter, so that another layout is no change.</summary>
    private static string? Canonical(string? json)
    {
        if (json is null) return null;
        try
        {
            return JsonNode.Parse(json)?.ToJsonString();
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or ArgumentException)
        {
            return json;
        }
    }
}
