using System.Net;

namespace IdP.Protocol;

/// <summary>What a deployer sets; section <c>IdP:Tokens</c>, and <c>IdP:Issuer</c>.</summary>
public sealed record ProtocolOptions
{
    /// <summary>
    /// The <c>iss</c> of everything, and the beginning of every address that discovery names; https, without a query,
    /// a fragment or a slash at its end. It comes from here alone, never from a request.
    /// </summary>
    public string Issuer { get; init; } = "http://localhost:5080";

    /// <summary>How long a code may wait to be redeemed; 10 s to 10 min (RFC 6749 §4.1.2).</summary>
    public TimeSpan AuthorizationCodeLifetime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>1 min to 1 day.</summary>
    public TimeSpan AccessTokenLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>1 min to 1 day.</summary>
    public TimeSpan IdTokenLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>From the sign-in on; rotation does not lengthen it. 1 hour to 1 year.</summary>
    public TimeSpan RefreshTokenLifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long a person may take from the first page to the answer; 5 min to 1 day.</summary>
    public TimeSpan InteractionLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How many authorization requests of one address may wait for somebody in ten minutes, and how many a public client
    /// may leave from there; 10 to 1,000,000. Answered ones do not count, so that this is no limit on sign-ins.
    /// </summary>
    public int OpenRequestsPerAddress { get; init; } = 500;

    /// <summary>What signs access tokens: <c>ES256</c> or <c>RS256</c>.</summary>
    public string AccessTokenSigningAlg { get; init; } = "ES256";

    /// <summary>
    /// Whether DPoP proofs must have a nonce of this server (RFC 9449 §8), so that none can be made in advance. Clients
    /// of the profile <c>fapi2</c> always need one.
    /// </summary>
    public bool DpopNonces { get; init; } = true;

    /// <summary>How long others may keep the discovery document; up to 1 day.</summary>
    public TimeSpan DiscoveryMaxAge { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long others may keep the keys; up to 1 day.</summary>
    public TimeSpan JwksMaxAge { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How old a signing key becomes before a new one is announced; 1 day to 2 years, or zero: never by itself.</summary>
    public TimeSpan SigningKeyLifetime { get; init; } = TimeSpan.FromDays(90);

    /// <summary>
    /// Private networks, such as <c>10.0.0.0/8</c>, in which applications may be called (back-channel logout); others are
    /// called at public addresses only.
    /// </summary>
    public IReadOnlyList<string> PrivateNetworks { get; init; } = [];

    /// <summary>Whether applications on this machine may be called, by http too; the host sets it in Development.</summary>
    public bool AllowLoopback { get; init; }

    /// <summary>The path of <see cref="Issuer"/>, without a slash at its end; usually empty.</summary>
    internal string PathBase => new Uri(Issuer).AbsolutePath.TrimEnd('/');

    /// <summary>
    /// How long a key is published before it signs: when it does, whoever keeps the keys as long as we allow has seen it.
    /// </summary>
    internal TimeSpan KeyAnnouncement => JwksMaxAge + ClockMargin;

    /// <summary>How long a key that signs no more is published: until the last token that it signed has expired.</summary>
    internal TimeSpan KeyAfterlife => (AccessTokenLifetime > IdTokenLifetime ? AccessTokenLifetime : IdTokenLifetime) + ClockMargin;

    // Nodes, caches and clients are not of the same second.
    private static TimeSpan ClockMargin => TimeSpan.FromMinutes(2);

    internal string TokenEndpoint => Issuer + "/connect/token";

    internal string PushedAuthorizationEndpoint => Issuer + "/connect/par";

    /// <summary>What is wrong, in sentences that name the key.</summary>
    public IEnumerable<string> Problems()
    {
        if (!Within(AuthorizationCodeLifetime, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10))) yield return "IdP:Tokens:AuthorizationCodeLifetime must be from 00:00:10 to 00:10:00.";
        if (!Within(AccessTokenLifetime, TimeSpan.FromMinutes(1), TimeSpan.FromDays(1))) yield return "IdP:Tokens:AccessTokenLifetime must be from 00:01:00 to 1.00:00:00.";
        if (!Within(IdTokenLifetime, TimeSpan.FromMinutes(1), TimeSpan.FromDays(1))) yield return "IdP:Tokens:IdTokenLifetime must be from 00:01:00 to 1.00:00:00.";
        if (!Within(RefreshTokenLifetime, TimeSpan.FromHours(1), TimeSpan.FromDays(366))) yield return "IdP:Tokens:RefreshTokenLifetime must be from 01:00:00 to 366.00:00:00.";
        if (!Within(InteractionLifetime, TimeSpan.FromMinutes(5), TimeSpan.FromDays(1))) yield return "IdP:Tokens:InteractionLifetime must be from 00:05:00 to 1.00:00:00.";
        if (OpenRequestsPerAddress is < 10 or > 1_000_000) yield return "IdP:Tokens:OpenRequestsPerAddress must be from 10 to 1000000.";
        if (AccessTokenSigningAlg is not ("ES256" or "RS256")) yield return "IdP:Tokens:AccessTokenSigningAlg must be ES256 or RS256.";
        if (!Within(DiscoveryMaxAge, TimeSpan.Zero, TimeSpan.FromDays(1))) yield return "IdP:Tokens:DiscoveryMaxAge must be from 00:00:00 to 1.00:00:00.";
        if (SigningKeyLifetime != TimeSpan.Zero && !Within(SigningKeyLifetime, TimeSpan.FromDays(1), TimeSpan.FromDays(731))) yield return "IdP:Tokens:SigningKeyLifetime must be from 1.00:00:00 to 731.00:00:00, or 00:00:00.";
        foreach (var network in PrivateNetworks)
        {
            if (!IPNetwork.TryParse(network, out _)) yield return $"IdP:Tokens:PrivateNetworks must hold networks such as 10.0.0.0/8; \"{network}\" is none.";
        }

        if (!Within(JwksMaxAge, TimeSpan.Zero, TimeSpan.FromDays(1))) yield return "IdP:Tokens:JwksMaxAge must be from 00:00:00 to 1.00:00:00.";
    }

    private static bool Within(TimeSpan value, TimeSpan least, TimeSpan most) => value >= least && value <= most;
}
