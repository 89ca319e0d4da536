namespace IdP.Bench;

/// <summary>An operation and its target.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="MostOfFloor">At most so many times the floor.</param>
/// <param name="LeastOfPeer">At least so many times cheaper than the peer; null: no target.</param>
/// <param name="Writes">The peer is measured on SQLite.</param>
internal sealed record Operation(string Name, double MostOfFloor, double? LeastOfPeer, bool Writes = false)
{
    /// <summary>Environment variables of our server for this operation.</summary>
    public Dictionary<string, string> Settings { get; init; } = [];

    public static IReadOnlyList<Operation> All { get; } =
    [
        new("discovery", 2, 1.5),
        new("jwks", 2, 1.5),
        new("client_credentials", 2.5, 1.8),
        new("client_credentials_rs256", 1.3, 1.1) { Settings = { ["IdP__Tokens__AccessTokenSigningAlg"] = "RS256" } },
        new("authorize", 4, 3.5, Writes: true),
        new("code", 3, 1.8, Writes: true),
        new("refresh", 3, 2.4, Writes: true),
        new("userinfo", 1.5, 1.4),
        new("introspection", 1.5, null),
        new("introspection_reference", 1.5, 1),
    ];
}
