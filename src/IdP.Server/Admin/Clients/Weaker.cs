using IdP.Storage.Clients;
using IdP.Verification;
using IdP.Verification.Methods.Passkeys;

namespace IdP.Server.Admin.Clients;

/// <summary>Says in words which changes of a client protect less than before.</summary>
internal static class Weaker
{
    public static string? Type(ClientType old, ClientType wanted) =>
        wanted == ClientType.Public ? Sentence.Of($"The client no longer proves who it is at the token endpoint.") : null;

    public static string? Hosts(IReadOnlyList<string> added, HashSet<string> known)
    {
        var hosts = added.Select(HostOf).Where(h => !known.Contains(h)).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        return known.Count > 0 && hosts.Count > 0 ? Sentence.Of($"Authorization codes may now be sent to another host: {string.Join(", ", hosts)}.") : null;
    }

    public static string? BackChannelLogout(string? old, string? wanted) =>
        wanted is null ? Sentence.Of($"The application is no longer told when a person signs out.") : null;

    public static string? Grants(IReadOnlyList<string> added) => Sentence.Of($"The client may now use {string.Join($" {Sentence.Of($"and")} ", added)}.");

    public static string? Scopes(IReadOnlyList<string> added) => Sentence.Of($"The client may now ask for {string.Join($" {Sentence.Of($"and")} ", added)}.");

    public static string? Consent(ConsentType old, ConsentType wanted) =>
        wanted == ConsentType.Implicit ? Sentence.Of($"People are no longer asked before the application gets their data.") : null;

    public static string? AuthMethod(string? old, string? wanted) =>
        Strength(wanted) < Strength(old) ? Sentence.Of($"The client proves itself by {wanted} instead of {old}.") : null;

    public static string? Pkce(bool old, bool wanted) => wanted ? null : Sentence.Of($"A stolen authorization code can be redeemed: PKCE is no longer required.");

    public static string? Par(bool old, bool wanted) => wanted ? null : Sentence.Of($"Authorization requests may again come through the browser, where they can be changed.");

    public static string? Bound(bool old, bool wanted) => wanted ? null : Sentence.Of($"A stolen access token can be used: it is no longer bound to a key of the client.");

    public static string? Profile(string? old, string? wanted) => old is null ? null : Sentence.Of($"The client is no longer held to the profile {old}.");

    public static string? Format(AccessTokenFormat old, AccessTokenFormat wanted) =>
        wanted == AccessTokenFormat.Jwt ? Sentence.Of($"Access tokens can no longer be revoked at once everywhere.") : null;

    public static string? Origins(IReadOnlyList<string> added) => Sentence.Of($"Scripts from {string.Join(", ", added)} may now call the token endpoint.");

    public static string? Mode(string name, VerificationMode old, VerificationMode wanted) => wanted >= old ? null : wanted switch
    {
        VerificationMode.NotRequired => Sentence.Of($"{name} no longer asks anybody for identity verification."),
        VerificationMode.WhenEnrolled => Sentence.Of($"{name} now asks only people who have enrolled."),
        _ => Sentence.Of($"At {name}, people inside their enrollment period may now skip."),
    };

    public static string? Reverify(string name, int old, int wanted) =>
        wanted > old ? Sentence.Of($"{name} accepts a verification for longer: {Sentence.Minutes(wanted)} instead of {old}.") : null;

    /// <param name="name">The application.</param>
    /// <param name="old">The methods that counted so far; empty: any.</param>
    /// <param name="wanted">The methods that count from now on; empty: any.</param>
    public static string? Methods(string name, IReadOnlyList<string> old, IReadOnlyList<string> wanted)
    {
        var (takesPasskey, onlyPasskey) = (wanted.Count == 0 || wanted.Contains(PasskeyMethod.Name), wanted is [PasskeyMethod.Name]);
        if (old is [PasskeyMethod.Name] && !onlyPasskey) return Sentence.Of($"{name} no longer asks for a passkey: a code is enough, and a code can be phished.");
        return !takesPasskey && (old.Count == 0 || old.Contains(PasskeyMethod.Name))
            ? Sentence.Of($"{name} no longer takes passkeys: their owners verify by a code, which can be phished.")
            : null;
    }

    public static string? Remember(string name, int old, int wanted) =>
        wanted <= old ? null
        : old == 0 ? Sentence.Of($"At {name}, a stolen browser that is remembered needs no code for {Sentence.Days(wanted)}, only the password.")
        : Sentence.Of($"At {name}, a stolen browser that is remembered needs no code for {wanted} days instead of {old}, only the password.");

    /// <param name="where">Where a first enrollment begins, such as "on the way to Payroll".</param>
    /// <param name="old">The proof asked for so far; null: where it is in doubt.</param>
    /// <param name="wanted">The proof asked for from now on.</param>
    public static string? Proof(string where, string? old, string? wanted) => ProofStrength(wanted) >= ProofStrength(old) ? null
        : ProofStrength(wanted) == EnrollmentProof.None ? Sentence.Of($"Whoever knows a password can enrol an authenticator of their own {where}; it opens every application.")
        : Sentence.Of($"A first enrollment {where} needs a weaker proof: {wanted ?? "automatic"} instead of {old}.");

    /// <summary>Where a URI sends the browser: host and port, or the scheme of an app.</summary>
    public static string HostOf(string uri) =>
        !Uri.TryCreate(uri, UriKind.Absolute, out var parsed) ? uri : parsed.Host.Length > 0 ? parsed.Authority : parsed.Scheme + ":";

    private static EnrollmentProof ProofStrength(string? proof) => Enum.TryParse<EnrollmentProof>(proof, ignoreCase: true, out var known) ? known : EnrollmentProof.Automatic;

    private static int Strength(string? method) => method switch { "private_key_jwt" => 2, "none" => 0, _ => 1 };
}
