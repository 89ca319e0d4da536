using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using IdP.Protocol.Requests;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Grants;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.DataProtection;

namespace IdP.Protocol.Interactions;

/// <summary>A device that waits for a person, as that person's pages see it.</summary>
public sealed record DeviceRequest
{
    /// <summary>Carries the request from page to page; it works for the person it was made for only.</summary>
    public required string Handle { get; init; }

    public required string ClientId { get; init; }

    public required string DisplayName { get; init; }

    /// <summary>As the device shows it.</summary>
    public required string UserCode { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>
    /// When the person opened it: what was proven before, at another page or for another device, does not approve it.
    /// </summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>Who opened it, and nobody else can answer it.</summary>
    public required string UserId { get; init; }

    /// <summary>The level that one of the APIs demands; null: none.</summary>
    public string? DemandedAcr { get; init; }

    internal string Resource { get; init; } = "";

    /// <summary>Names the device in rows.</summary>
    public string Hash { get; internal init; } = "";
}

/// <summary>What a device is told when it begins.</summary>
internal sealed record BegunDevice(string DeviceCode, string UserCode, string VerificationUri);

/// <summary>Devices that wait: begun by an application, opened by their code, answered by a person. RFC 8628.</summary>
public sealed class DeviceRequests(
    IdPDatabase database, Catalog catalog, IDataProtectionProvider protection, RequestLimits limits, RandomSource random, TimeProvider clock, ProtocolOptions options)
{
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>Seconds between two polls.</summary>
    internal const int Interval = 5;

    private const string Insert = """
        INSERT INTO device_authorizations (hash, user_code_hash, client_id, scope, created_at, expires_at, "interval", state, dpop_jkt, resource)
        VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9) ON CONFLICT DO NOTHING
        """;

    private const string ByUserCode = """
        SELECT hash, client_id, scope, created_at, resource FROM device_authorizations
        WHERE user_code_hash = @p0 AND state = 'Pending' AND expires_at > @p1
        """;

    // Of any number of answers one counts, and none after the device has been told that it is too late.
    private const string Answer = """
        UPDATE device_authorizations SET state = @p0, authorization_id = @p1 WHERE hash = @p2 AND state = 'Pending' AND expires_at > @p3
        """;

    private readonly IDataProtector protector = protection.CreateProtector("IdP.Protocol.DeviceRequests");

    /// <summary>The page where codes are typed.</summary>
    internal string VerificationUri => options.Issuer + "/device";

    /// <summary>Finds the device of a code that somebody typed, and opens it for them.</summary>
    /// <returns>Null when the code is malformed, unknown, too old or was answered: nobody learns which.</returns>
    public async ValueTask<DeviceRequest?> OpenAsync(string typed, string userId) =>
        UserCodes.TryRead(typed, out var code) ? await LoadAsync(code, userId, clock.GetUtcNow(), handle: null) : null;

    /// <summary>Finds a device that was opened before.</summary>
    /// <returns>Null when it is not this person's, too old or answered.</returns>
    public async ValueTask<DeviceRequest?> FindAsync(string handle, string userId)
    {
        if (Unprotect(handle)?.Split('\n') is not [var code, var openedAt, var owner] || owner != userId) return null;
        return await LoadAsync(code, userId, DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(openedAt, CultureInfo.InvariantCulture)), handle);
    }

    /// <summary>The person connects the device: what was proven is stored with the answer, in one commit.</summary>
    /// <returns>False when it was answered meanwhile or is too old.</returns>
    public Task<bool> AllowAsync(DeviceRequest request, SignedIn who, Decision.Proceed proven, RequestOrigin origin)
    {
        var (id, now) = (random.NewId(), clock.GetUtcNow());
        return database.WriteAsync(async s =>
        {
            if (request.UserId != who.Person.Id || await s.ExecuteAsync(Answer, DeviceState.Approved, id, request.Hash, now) == 0) return false;
            await s.ExecuteAsync(AuthorizationCodes.InsertAuthorization, id, AuthorizationType.AdHoc, who.Person.Id, request.ClientId, who.Session.Id,
                string.Join(' ', request.Scopes), proven.Acr, string.Join(' ', proven.Amr), proven.AuthTime, proven.Acr == Acr.Password ? null : who.State.VerifiedAt, who.State.Skipped,
                request.DemandedAcr, who.Person.CredentialGeneration, null, now, request.Resource, origin.Address, null);
            await s.AuditAsync(Event(AuditEvents.DeviceConnected, request, who, "success", string.Join(' ', proven.Reasons), origin, now));
            return true;
        });
    }

    /// <summary>The person refuses; the device is told <c>access_denied</c>.</summary>
    /// <returns>False when it was answered meanwhile or is too old.</returns>
    public Task<bool> RefuseAsync(DeviceRequest request, SignedIn who, RequestOrigin origin) => database.WriteAsync(async s =>
    {
        var now = clock.GetUtcNow();
        if (request.UserId != who.Person.Id || await s.ExecuteAsync(Answer, DeviceState.Denied, null, request.Hash, now) == 0) return false;
        await s.AuditAsync(Event(AuditEvents.DeviceRefused, request, who, "denied", "The person did not connect the device.", origin, now));
        return true;
    });

    /// <summary>A device begins to wait.</summary>
    /// <returns>Null when too many began there.</returns>
    internal async Task<BegunDevice?> BeginAsync(
        Client client, IReadOnlyList<string> scopes, IReadOnlyList<string> resources, string? jkt, RequestOrigin origin)
    {
        var limit = limits.Left(client, origin);
        while (true)
        {
            var (deviceCode, userCode, now) = (Handle.New(random), UserCodes.New(random), clock.GetUtcNow());
            // A user code that another device shows, or showed a while ago, is not given out again.
            var stored = await database.WriteAsync(async s => !await limit.CountAsync(s, now) ? (int?)null : await s.ExecuteAsync(
                Insert, Handle.HashOf(deviceCode), Handle.HashOf(userCode), client.ClientId, string.Join(' ', scopes), now, now + Lifetime, Interval,
                DeviceState.Pending, jkt, string.Join(' ', resources)));
            if (stored is null) return null;
            if (stored == 1) return new BegunDevice(deviceCode, UserCodes.Show(userCode), VerificationUri);
        }
    }

    private async ValueTask<DeviceRequest?> LoadAsync(string code, string userId, DateTimeOffset openedAt, string? handle)
    {
        var (hash, now) = (Handle.HashOf(code), clock.GetUtcNow());
        var row = await database.ReadAsync(s => s.FirstAsync(
            ByUserCode, Waiting.Read, hash, now));
        // A handle is for the device it was made for, not for a later one with the same code.
        if (row is not { } found || openedAt < found.CreatedAt) return null;
        var snapshot = await catalog.GetAsync();
        if (!snapshot.Clients.TryGetValue(found.ClientId, out var client) || client.DisabledAt is not null) return null;
        return new DeviceRequest
        {
            Handle = handle ?? protector.Protect(string.Create(CultureInfo.InvariantCulture, $"{code}\n{openedAt.ToUnixTimeMilliseconds()}\n{userId}")),
            ClientId = client.ClientId,
            DisplayName = client.DisplayName,
            UserCode = UserCodes.Show(code),
            Scopes = Scopes.Split(found.Scope),
            OpenedAt = openedAt,
            UserId = userId,
            Resource = found.Resource,
            DemandedAcr = Resources.RequiredAcr(Scopes.Split(found.Resource), snapshot),
            Hash = found.Hash,
        };
    }

    private sealed record Waiting(string Hash, string ClientId, string Scope, DateTimeOffset CreatedAt, string Resource)
    {
        public static Waiting? Read(DbDataReader row) =>
            new(row.GetString(0), row.GetString(1), row.GetString(2), row.Time(3), row.NullableString(4) ?? "");
    }

    private string? Unprotect(string handle)
    {
        try
        {
            return protector.Unprotect(handle);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static AuditEvent Event(
        string name, DeviceRequest request, SignedIn who, string outcome, string reason, RequestOrigin origin, DateTimeOffset now) => new()
    {
        At = now, Event = name, Actor = "user:" + who.Person.Id, UserId = who.Person.Id, Resource = "client:" + request.ClientId,
        Outcome = outcome, Reason = reason, Address = origin.Address, UserAgent = origin.UserAgent,
    };
}
