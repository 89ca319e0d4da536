using System.Net;
using System.Net.Sockets;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Users;
using IdP.Verification.Attempts;
using IdP.Verification.Decisions;

namespace IdP.Verification.SignIn;

/// <summary>How a password sign-in ended.</summary>
public abstract record PasswordOutcome
{
    private PasswordOutcome()
    {
    }

    /// <summary>The password is right; the pending sign-in's cookie is set.</summary>
    public sealed record Right(SigningIn SigningIn) : PasswordOutcome;

    /// <summary>Unknown, wrong, locked or turned off: nobody learns which.</summary>
    public sealed record Wrong : PasswordOutcome;

    /// <summary>Too many failures from this address.</summary>
    public sealed record TooMany(int RetryAfterMinutes) : PasswordOutcome;

    /// <summary>Too many sign-ins at once: answer 503 with Retry-After.</summary>
    public sealed record Busy : PasswordOutcome;
}

/// <summary>The first step: a user name and a password make a pending sign-in.</summary>
public sealed class PasswordSignIn(
    IdPDatabase database, Catalog catalog, AttemptCounter attempts, PasswordHasher hasher, PasswordGate gate, CurrentSignIn current,
    RandomSource random, TimeProvider clock, SignInOptions options)
{
    internal static readonly TimeSpan AddressWindow = TimeSpan.FromMinutes(10);
    internal static readonly TimeSpan FailuresFade = TimeSpan.FromHours(1);

    private const string ByName = $"""
        SELECT u.password_hash, {PersonRow.Columns}
        FROM users u {PersonRow.Joins}
        WHERE u.normalized_user_name = @p0 OR u.normalized_email = @p0
        """;

    /// <summary>Checks a user name and a password. Every answer costs one password hash and the same statements.</summary>
    /// <param name="userName">As it was typed.</param>
    /// <param name="password">As it was typed.</param>
    /// <param name="flow">The request that it is given for, as <see cref="RequestDemands.Flow"/>; null: an own page.</param>
    /// <param name="ct">Ends the wait for a place at the gate.</param>
    public async Task<PasswordOutcome> SignInAsync(string userName, string password, string? flow, CancellationToken ct)
    {
        var settings = (await catalog.GetAsync()).Verification;
        var origin = current.Origin;
        var window = AttemptWindow.Of(CountedAddress(origin.Address), AddressWindow, clock.GetUtcNow());
        var address = window.Owner;
        if (await attempts.CountAsync(AttemptKind.Address, address, settings.AddressAttempts) is null)
        {
            return new PasswordOutcome.TooMany((int)Math.Ceiling(window.Left.TotalMinutes));
        }

        var name = UserNames.Normalize(userName);
        var found = await database.ReadAsync(s => s.FirstAsync(
            ByName, row => new Found(row.NullableString(0), PersonRow.Read(row, 1)), name));
        // A name that nobody has is counted too, so that the same work is done.
        var owner = found?.Person.Id ?? Handle.HashOf("?" + name);
        var number = await attempts.CountAsync(AttemptKind.Password, owner, settings.PasswordAttempts, FailuresFade);
        if (number > 3 && options.SlowDownStep > TimeSpan.Zero)
        {
            await Task.Delay(options.SlowDownStep * Math.Min(number.Value - 3, 10), CancellationToken.None);
        }

        var usable = found is { Person.State.Disabled: false } && number is not null;
        var check = await gate.RunAsync(() => Check(password, usable ? found!.PasswordHash : null), ct);
        if (check is not { } done)
        {
            await database.WriteAsync(async s =>
            {
                await AttemptCounter.RefundAsync(s, AttemptKind.Address, address);
                if (number is not null) await AttemptCounter.RefundAsync(s, AttemptKind.Password, owner);
                return true;
            });
            return new PasswordOutcome.Busy();
        }

        if (done.Right && usable) return await AcceptAsync(found!, done.NewHash, flow, address, origin);

        await RefuseAsync(found?.Person, owner, number, settings, origin);
        return new PasswordOutcome.Wrong();
    }

    /// <summary>The address as failures are counted for it.</summary>
    // A single subscriber has a whole /64 of IPv6 addresses; one of IPv4 is written in either form.
    public static string CountedAddress(string? address)
    {
        if (!IPAddress.TryParse(address, out var parsed)) return "unknown";
        if (parsed.IsIPv4MappedToIPv6) parsed = parsed.MapToIPv4();
        return parsed.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress([.. parsed.GetAddressBytes()[..8], 0, 0, 0, 0, 0, 0, 0, 0]) + "/64" : parsed.ToString();
    }

    private Checked Check(string password, string? hash)
    {
        var right = password.Length is > 0 and <= PasswordRules.Longest && hasher.Verify(password, hash);
        if (password.Length is 0 or > PasswordRules.Longest) hasher.Verify("", null);
        return new Checked(right, right && hasher.IsOutdated(hash!) ? hasher.Hash(password) : null);
    }

    private async Task<PasswordOutcome> AcceptAsync(Found found, string? newHash, string? flow, string address, RequestOrigin origin)
    {
        var person = found.Person;
        var now = clock.GetUtcNow();
        var handle = Handle.New(random);
        var pending = new PendingSignIn
        {
            Id = random.NewId(),
            HandleHash = Handle.HashOf(handle),
            UserId = person.Id,
            PasswordAt = now,
            PasswordFor = flow,
            ExpiresAt = now + options.PendingLifetime,
            CredentialGeneration = person.CredentialGeneration,
            Address = origin.Address,
            UserAgent = origin.UserAgent,
        };
        await database.WriteAsync(async s =>
        {
            await AttemptCounter.RefundAsync(s, AttemptKind.Address, address);
            await AttemptCounter.ForgetAsync(s, AttemptKind.Password, person.Id);
            // Not over a password that was changed meanwhile.
            if (newHash is not null) await s.ExecuteAsync("UPDATE users SET password_hash = @p0 WHERE id = @p1 AND password_hash = @p2", newHash, person.Id, found.PasswordHash);
            await InsertAsync(s, pending);
            return true;
        });
        current.SetPending(handle);
        return new PasswordOutcome.Right(new SigningIn(person, pending, null) { Remembered = await current.RememberedAsync(person) });
    }

    internal static async ValueTask InsertAsync(Statements s, PendingSignIn pending) => await s.ExecuteAsync("""
        INSERT INTO pending_sign_ins (id, handle_hash, user_id, password_at, expires_at, credential_generation, address, user_agent, password_for)
        VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8)
        """,
        pending.Id, pending.HandleHash, pending.UserId, pending.PasswordAt, pending.ExpiresAt, pending.CredentialGeneration, pending.Address,
        pending.UserAgent, pending.PasswordFor);

    private Task RefuseAsync(Person? person, string owner, int? number, VerificationSettings settings, RequestOrigin origin) =>
        database.WriteAsync(async s =>
        {
            var lockedFor = TimeSpan.FromMinutes(settings.PasswordLockMinutes);
            var atLimit = number >= settings.PasswordAttempts;
            var reference = await attempts.LockAsync(s, AttemptKind.Password, owner, settings.PasswordAttempts, lockedFor, certain: atLimit);
            if (settings.FailedPasswordsCountAsVerification && person is not null)
            {
                // One short of the limit: whoever has not the password cannot lock anybody's verification.
                await AttemptCounter.AddAsync(s, AttemptKind.Verification, person.Id, settings.VerificationAttemptsFor(person.Roles) - 1, clock.GetUtcNow());
            }

            await s.AuditAsync(new AuditEvent
            {
                At = clock.GetUtcNow(),
                Event = reference is null ? AuditEvents.PasswordFailed : AuditEvents.PasswordLocked,
                Actor = "anonymous",
                UserId = person?.Id,
                Outcome = "failure",
                Reason = person is null ? "No such user." : number is null ? "The password is locked." : person.State.Disabled ? "The account is turned off." : "Wrong password.",
                Address = origin.Address,
                UserAgent = origin.UserAgent,
                Reference = reference,
            });
            return true;
        });

    private sealed record Found(string? PasswordHash, Person Person);

    private readonly record struct Checked(bool Right, string? NewHash);
}
