using IdP.Protocol.Requests;
using IdP.Storage;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Grants;

namespace IdP.Protocol.Grants;

/// <summary>A device asks whether the person has answered. RFC 8628 §3.4, §3.5.</summary>
internal sealed class DeviceCodeGrant(IdPDatabase database, Authorizations authorizations, TimeProvider clock, ProtocolOptions options) : IGrant
{
    public const string Name = "urn:ietf:params:oauth:grant-type:device_code";

    private const string ByHash = "SELECT client_id, expires_at, state, authorization_id, dpop_jkt FROM device_authorizations WHERE hash = @p0";

    private const string Poll = """
        UPDATE device_authorizations SET last_polled_at = @p0
        WHERE hash = @p1 AND (last_polled_at IS NULL OR last_polled_at + "interval" * 1000 <= @p0)
        """;

    // §3.5: "the interval MUST be increased by 5 seconds for this and all subsequent requests".
    private const string SlowDown = """UPDATE device_authorizations SET last_polled_at = @p0, "interval" = "interval" + 5 WHERE hash = @p1""";

    private const string Leave = "UPDATE device_authorizations SET state = @p0 WHERE hash = @p1 AND state = 'Approved'";

    public string GrantType => Name;

    public async ValueTask<Result<Issuance>> RedeemAsync(OAuthForm form, Client client, CatalogSnapshot catalog, CancellationToken ct)
    {
        if (form["device_code"] is not { } value) return OAuthError.InvalidRequest("The parameter device_code is missing.");

        var (hash, now) = (Handle.HashOf(value), clock.GetUtcNow());
        var device = await database.ReadAsync(s => s.FirstAsync(ByHash, row => (Device?)new Device(
            row.GetString(0), row.Time(1), Enum.Parse<DeviceState>(row.GetString(2)), row.NullableString(3), row.NullableString(4)), hash));
        if (device is null || device.ClientId != client.ClientId || client.Profile is not null) return Unknown;
        if (device.State == DeviceState.Redeemed) return Unknown;
        if (device.State == DeviceState.Denied) return Denied;
        if (device.ExpiresAt <= now) return new OAuthError("expired_token", "The device_code has expired. Begin again.");
        if (device.State == DeviceState.Pending) return await WaitAsync(hash, now);

        var grant = device.AuthorizationId is { } id ? await authorizations.FindAsync(id) : null;
        if (grant is null || !grant.IsLive(now, offline: true) || grant.Decide(catalog, now) is not { } proven)
        {
            // What changed since the approval cannot be changed back by asking again and again.
            await database.WriteAsync(s => s.ExecuteAsync(Leave, DeviceState.Denied, hash));
            return Denied;
        }

        return new Issuance(client, GrantType, [.. Scopes.Split(grant.Scope).Where(client.Scopes.Contains)])
        {
            Grant = grant,
            Proven = proven,
            BoundTo = device.DpopJkt,
            RefreshUntil = client.GrantTypes.Contains("refresh_token") ? now + options.RefreshTokenLifetime : null,
            TakeAsync = async s => await s.ExecuteAsync(Leave, DeviceState.Redeemed, hash) == 1,
            LostAsync = () => ValueTask.FromResult(Unknown),
        };
    }

    private static OAuthError Unknown => OAuthError.InvalidGrant("The device_code is unknown or was used before.");

    private static OAuthError Denied => OAuthError.AccessDenied("The person did not connect the device, or may not use this application now.");

    private async ValueTask<OAuthError> WaitAsync(string hash, DateTimeOffset now) =>
        await database.WriteAsync(async s =>
        {
            if (await s.ExecuteAsync(Poll, now, hash) == 1) return true;
            await s.ExecuteAsync(SlowDown, now, hash);
            return false;
        })
            ? new OAuthError("authorization_pending", "The person has not answered yet.")
            : new OAuthError("slow_down", "Wait five seconds longer between two requests.");

    private sealed record Device(string ClientId, DateTimeOffset ExpiresAt, DeviceState State, string? AuthorizationId, string? DpopJkt);
}
