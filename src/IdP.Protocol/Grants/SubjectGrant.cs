using System.Data.Common;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;
using IdP.Protocol.Requests;

namespace IdP.Protocol.Grants;

/// <summary>What a person allowed a client, as one read finds it, with the person and the session of this moment.</summary>
internal sealed record SubjectGrant
{
    public required string AuthorizationId { get; init; }

    public required string ClientId { get; init; }

    public string? SessionId { get; init; }

    public required string Scope { get; init; }

    /// <summary>What had been proven when it was given.</summary>
    public required SessionState Proven { get; init; }

    public string? DemandedAcr { get; init; }

    public int CredentialGeneration { get; init; }

    /// <summary>The <c>claims</c> parameter as it was sent.</summary>
    public string? Claims { get; init; }

    public bool IsRevoked { get; init; }

    /// <summary>The APIs that were named at the authorization, separated by spaces; empty or null: none.</summary>
    public string? Resource { get; init; }

    /// <summary>Thumbprint of the key that refresh tokens of a public client are bound to; null: none.</summary>
    public string? DpopJkt { get; init; }

    /// <summary>Where it was given: a rule for a network holds for what comes of it as it held then.</summary>
    public string? Address { get; init; }

    public DateTimeOffset? SessionEndsAt { get; init; }

    public required Person Person { get; init; }

    /// <summary>Whether it may be used at all; whether the policy is met is <see cref="Decide"/>'s to say.</summary>
    /// <param name="now">The server's time.</param>
    /// <param name="offline">A grant with offline_access outlives its session (OIDC Core §11).</param>
    public bool IsLive(DateTimeOffset now, bool offline) =>
        !IsRevoked
        && !Person.State.Disabled
        && Person.CredentialGeneration == CredentialGeneration
        && (SessionEndsAt > now || (offline && Scopes.Contains(Scope, Scopes.OfflineAccess)));

    /// <summary>Asks the decision again, with the policy and the person of this moment and what was proven then.</summary>
    /// <returns>Null when it is anything but a clear yes.</returns>
    public Decision.Proceed? Decide(CatalogSnapshot catalog, DateTimeOffset now) =>
        Ask(catalog, now) is Decision.Proceed proceed && Acr.Meets(proceed.Acr, DemandedAcr) ? proceed : null;

    /// <summary>
    /// Whether the person is stopped, and with them the access tokens that they have: locked, past the deadline or
    /// denied. Whoever would only be asked for more keeps a token until it expires, since the policy was met when it was
    /// issued.
    /// </summary>
    public bool IsStopped(CatalogSnapshot catalog, DateTimeOffset now) => Ask(catalog, now) is Decision.Locked or Decision.Deny;

    // How old the proofs may be was decided at the authorization, and the client has had no chance to renew them.
    private Decision Ask(CatalogSnapshot catalog, DateTimeOffset now) => VerificationPolicy.Decide(
        catalog.PolicyOf(ClientId), Person.State, Proven, new RequestDemands { Acr = DemandedAcr, Continuation = true, Address = Address }, catalog.Verification, now);

    /// <summary>To be selected, in this order, with <see cref="Joins"/>.</summary>
    public const string Columns = $"""
        a.id, a.client_id, a.session_id, a.scope, a.amr, a.auth_time, a.verified_at, a.skipped, a.demanded_acr,
        a.credential_generation, a.claims, a.revoked_at, s.expires_at, s.revoked_at, a.dpop_jkt, a.resource, a.address, b.verified_at, b.expires_at, {PersonRow.Columns}
        """;

    /// <summary>To follow <c>authorizations a</c> in FROM.</summary>
    // A browser that was forgotten meanwhile is not there, and what was let in for its sake goes no further.
    public const string Joins = $"""
        JOIN users u ON u.id = a.user_id LEFT JOIN sessions s ON s.id = a.session_id
        LEFT JOIN remembered_browsers b ON b.hash = a.remembered_browser AND b.user_id = a.user_id AND b.credential_generation = u.credential_generation
        {PersonRow.Joins}
        """;

    private const int PersonAt = 19;

    public const int Count = PersonAt + PersonRow.Count;

    public static SubjectGrant Read(DbDataReader row, int at) => new()
    {
        AuthorizationId = row.GetString(at),
        ClientId = row.GetString(at + 1),
        SessionId = row.NullableString(at + 2),
        Scope = row.GetString(at + 3),
        Proven = new SessionState
        {
            Amr = row.GetString(at + 4).Split(' '),
            // A refresh asks nothing for its age, so it is enough that there was one.
            PasskeyAt = row.GetString(at + 4).Split(' ').Any(value => value is "hwk" or "swk") ? row.NullableTime(at + 6) : null,
            PasswordAt = row.Time(at + 5),
            VerifiedAt = row.NullableTime(at + 6),
            Skipped = row.GetBoolean(at + 7),
            Remembered = row.NullableTime(at + 17) is { } rememberedAt ? new RememberedProof(rememberedAt, row.Time(at + 18)) : null,
        },
        DemandedAcr = row.NullableString(at + 8),
        CredentialGeneration = row.GetInt32(at + 9),
        Claims = row.NullableString(at + 10),
        IsRevoked = !row.IsDBNull(at + 11),
        DpopJkt = row.NullableString(at + 14),
        Resource = row.NullableString(at + 15),
        Address = row.NullableString(at + 16),
        SessionEndsAt = row.IsDBNull(at + 13) ? row.NullableTime(at + 12) : null,
        Person = PersonRow.Read(row, at + PersonAt),
    };
}
