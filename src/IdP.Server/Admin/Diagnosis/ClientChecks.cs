using System.Text.Json;
using IdP.Server.Admin.Clients;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Verification;
using IdP.Verification.Decisions;

namespace IdP.Server.Admin.Diagnosis;

/// <summary>Registrations that protect little or cannot work, and policies that guard nothing.</summary>
internal static class ClientChecks
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    public static IEnumerable<Check> Clients(CatalogSnapshot catalog, DateTimeOffset now)
    {
        var found = catalog.Clients.Values.Where(c => c.DisabledAt is null).OrderBy(c => c.ClientId, StringComparer.Ordinal)
            .SelectMany(client => Client(client, [.. catalog.Secrets[client.ClientId]], now)).ToList();
        return found.Count > 0 ? found : [Check.Ok("clients", $"{Texts.Count(catalog.Clients.Count, "is registered, and not weakly", "are registered, none of them weakly")}.")];
    }

    public static async Task<IEnumerable<Check>> PoliciesAsync(Catalog source, IdPDatabase database)
    {
        var catalog = await source.GetAsync();
        var groups = (await database.ReadAsync(s => s.AllAsync("SELECT DISTINCT groups FROM users WHERE groups <> '[]' AND disabled_at IS NULL", row => row.GetString(0))))
            .SelectMany(json => JsonSerializer.Deserialize<List<string>>(json)!).ToHashSet(StringComparer.Ordinal);
        var found = catalog.Policies.Values.Where(p => p.Kind == ResourceKind.Client).OrderBy(p => p.ResourceId, StringComparer.Ordinal)
            .SelectMany(policy => Policy(policy, catalog.Clients.GetValueOrDefault(policy.ResourceId), groups)).ToList();
        if (found.Count > 0) return found;
        var guarded = catalog.Policies.Values.Count(p => p.Kind == ResourceKind.Client && Asks(p));
        return [guarded == 0
            ? Check.Warning("policies", "No application asks for identity verification.", "Guard one: idp clients set CLIENT --identity-verification required")
            : Check.Ok("policies", $"{guarded} applications are guarded, and each policy asks somebody.")];
    }

    public static IEnumerable<Check> Settings(CatalogSnapshot catalog)
    {
        var settings = catalog.Verification;
        if (settings.EnrollmentProof == EnrollmentProof.None)
            yield return Check.Warning("settings", "enrollmentProof is none: whoever knows a password can enrol an authenticator of their own.", "idp settings set enrollmentProof automatic");
        if (settings.RefreshTokenGraceSeconds > 0)
            yield return Check.Warning("settings", $"A used refresh token is answered again for {Texts.Count(settings.RefreshTokenGraceSeconds, "second")}.", "idp settings set refreshTokenGraceSeconds 0, unless a client loses answers.");
        foreach (var problem in settings.Problems()) yield return Check.Problem("settings", Sentence.Of(problem), "idp settings set NAME VALUE");
        if (string.IsNullOrEmpty(settings.SupportContact))
            yield return Check.Warning("settings", "There is no supportContact: whoever is locked out is told of nobody to ask.", "idp settings set supportContact help@example.com");
    }

    private static IEnumerable<Check> Client(Client client, IReadOnlyList<ClientSecret> secrets, DateTimeOffset now)
    {
        var name = $"client {client.ClientId}";
        if (client.GrantTypes.Contains("authorization_code") && !client.RequirePkce && client.Profile is null)
            yield return Check.Warning(name, "PKCE is not required: a stolen authorization code can be redeemed.", $"idp clients set {client.ClientId} --require-pkce true");
        if (client.TokenEndpointAuthMethod is "client_secret_basic" or "client_secret_post")
        {
            var live = secrets.Where(s => s.ExpiresAt is null || s.ExpiresAt > now).ToList();
            if (live.Count == 0) yield return Check.Problem(name, "It has no secret that works, so it gets no token.", $"idp clients rotate-secret {client.ClientId}");
            else if (live.Max(s => s.ExpiresAt ?? DateTimeOffset.MaxValue) is var last && last < now + Soon)
                yield return Check.Warning(name, $"Its last secret works until {Users.Periods.Time(last)}.", $"idp clients rotate-secret {client.ClientId}");
        }

        if (client.Type == ClientType.Confidential && client.RedirectUris.Find(u => new Uri(u) is { Scheme: "http" }) is { } loopback)
            yield return Check.Warning(name, $"It takes codes at {loopback}, which is whatever listens on the person's machine.", "Register the https address alone.");
    }

    private static IEnumerable<Check> Policy(ResourcePolicyRow policy, Client? client, HashSet<string> groups)
    {
        if (!Asks(policy)) yield break;
        var name = $"policy client:{policy.ResourceId}";
        if (client is null) yield return Check.Warning(name, "There is no such client, so it guards nothing.", "Register the client, or take the policy away.");
        else if (client.DisabledAt is not null) yield return Check.Warning(name, "The client is turned off, so it guards nothing.", $"idp clients set {policy.ResourceId} --disabled false, or leave it.");
        else if (!client.GrantTypes.Exists(g => g is "authorization_code" or ClientRegistration.DeviceCode))
            yield return Check.Warning(name, "No person signs in to this client, so it asks nobody.", $"idp clients set {policy.ResourceId} --identity-verification notRequired");
        foreach (var rule in policy.Rules.Where(r => r.Group is { } group && !groups.Contains(group)))
            yield return Check.Warning(name, $"Its rule for the group {rule.Group} is for nobody: no one who can sign in is in it.", "Correct the group's name, or take the rule away.");
    }

    private static bool Asks(ResourcePolicyRow policy) => policy.Mode != VerificationMode.NotRequired || policy.Rules.Exists(r => r.Mode != VerificationMode.NotRequired);
}
