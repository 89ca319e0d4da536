using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Verification.SignIn;

namespace IdP.Verification.Attempts;

/// <summary>Limits how many device codes somebody may try. RFC 8628 §5.1.</summary>
public sealed class DeviceCodeGuesses(AttemptCounter attempts, IdPDatabase database, TimeProvider clock)
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    private const int Most = 10;

    /// <summary>Counts a code before it is looked up.</summary>
    /// <returns>False when it must not be looked up.</returns>
    public async Task<bool> CountAsync(string userId, RequestOrigin origin) =>
        await attempts.CountAsync(AttemptKind.Device, userId, Most, Window) is not null
        && await attempts.CountAsync(AttemptKind.DeviceAddress, Address(origin), Most) is not null;

    /// <summary>It was no guess. Earlier failures stay: whoever has one good code could else guess others for ever.</summary>
    public Task TakeBackAsync(string userId, RequestOrigin origin) => database.WriteAsync(async s =>
    {
        await AttemptCounter.RefundAsync(s, AttemptKind.Device, userId);
        await AttemptCounter.RefundAsync(s, AttemptKind.DeviceAddress, Address(origin));
        return true;
    });

    public Task FailedAsync(string userId, RequestOrigin origin) => database.WriteAsync(async s =>
    {
        await s.AuditAsync(new AuditEvent
        {
            At = clock.GetUtcNow(), Event = AuditEvents.DeviceCodeFailed, Actor = "user:" + userId, UserId = userId, Outcome = "failure",
            Reason = "A device code was unknown, too old or used.", Address = origin.Address, UserAgent = origin.UserAgent,
        });
        return true;
    });

    private string Address(RequestOrigin origin) => AttemptWindow.Of(PasswordSignIn.CountedAddress(origin.Address), Window, clock.GetUtcNow()).Owner;
}
