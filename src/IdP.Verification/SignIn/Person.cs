using System.Data.Common;
using System.Text.Json;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Verification.Decisions;
using IdP.Verification.Methods.Passkeys;
using IdP.Verification.Methods.Totp;

namespace IdP.Verification.SignIn;

/// <summary>A person as one read finds them: who they are and how far they are with identity verification.</summary>
public sealed record Person
{
    /// <summary>The <c>sub</c> of tokens.</summary>
    public required string Id { get; init; }

    public required string UserName { get; init; }

    public required string DisplayName { get; init; }

    public string? Email { get; init; }

    public bool EmailVerified { get; init; }

    public IReadOnlyList<string> Roles { get; init; } = [];

    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Claims of the person's own, a JSON object.</summary>
    public string Claims { get; init; } = "{}";

    public string? Locale { get; init; }

    public string? ZoneInfo { get; init; }

    /// <summary>What was proven under another number does not count any more.</summary>
    public int CredentialGeneration { get; init; }

    public bool MustChangePassword { get; init; }

    /// <summary>What the decision looks at.</summary>
    public required PersonState State { get; init; }

    /// <summary>When the present enrollment became active; null when it is not.</summary>
    public DateTimeOffset? ActiveSince { get; init; }

    /// <summary>Wrong codes since the last right one.</summary>
    public int FailedVerifications { get; init; }
}

/// <summary>The columns that make a <see cref="Person"/>, for statements that read more in the same round trip.</summary>
public static class PersonRow
{
    /// <summary>How many columns <see cref="Columns"/> has.</summary>
    public const int Count = 26;

    /// <summary>To be selected, in this order.</summary>
    public const string Columns = """
        u.id, u.user_name, u.display_name, u.email, u.email_verified, u.roles, u.groups, u.claims, u.locale, u.zone_info,
        u.disabled_at, u.credential_generation, u.must_change_password,
        e.required_at, e.deadline, e.cause, e.must_enroll, e.locked_at, e.lock_reference, e.active_since,
        v.failures, v.locked_at, v.locked_until, v.reference,
        (SELECT COUNT(*) FROM totp_authenticators t WHERE t.user_id = u.id), (SELECT COUNT(*) FROM passkeys k WHERE k.user_id = u.id)
        """;

    /// <summary>To follow <c>users u</c> in FROM.</summary>
    public const string Joins = """
        LEFT JOIN enrollments e ON e.user_id = u.id
        LEFT JOIN attempt_counts v ON v.kind = 'verification' AND v.owner = u.id
        """;

    /// <summary>Reads a person from the columns that begin at <paramref name="at"/>.</summary>
    public static Person Read(DbDataReader row, int at = 0) => new()
    {
        Id = row.GetString(at),
        UserName = row.GetString(at + 1),
        DisplayName = row.GetString(at + 2),
        Email = row.NullableString(at + 3),
        EmailVerified = row.GetBoolean(at + 4),
        Roles = List(row.GetString(at + 5)),
        Groups = List(row.GetString(at + 6)),
        Claims = row.GetString(at + 7),
        Locale = row.NullableString(at + 8),
        ZoneInfo = row.NullableString(at + 9),
        CredentialGeneration = row.GetInt32(at + 11),
        MustChangePassword = row.GetBoolean(at + 12),
        ActiveSince = row.NullableTime(at + 19),
        FailedVerifications = row.IsDBNull(at + 20) ? 0 : row.GetInt32(at + 20),
        State = new PersonState
        {
            Disabled = !row.IsDBNull(at + 10),
            Groups = List(row.GetString(at + 6)),
            Lock = row.IsDBNull(at + 21) ? null : new VerificationLock(row.NullableTime(at + 22), row.NullableString(at + 23)),
            Enrollment = EnrollmentStates.Of(
                EnrollmentStates.Methods(hasApp: row.GetInt64(at + 24) > 0, hasPasskey: row.GetInt64(at + 25) > 0),
                requiredAt: row.NullableTime(at + 13),
                deadline: row.NullableTime(at + 14),
                cause: row.IsDBNull(at + 15) ? EnrollmentCause.New : Enum.Parse<EnrollmentCause>(row.GetString(at + 15)),
                mustEnroll: !row.IsDBNull(at + 16) && row.GetBoolean(at + 16),
                lockedAt: row.NullableTime(at + 17),
                lockReference: row.NullableString(at + 18)),
        },
    };

    private static List<string> List(string json) => json == "[]" ? [] : JsonSerializer.Deserialize<List<string>>(json)!;
}

/// <summary>Which state of DESIGN §3 the stored facts amount to.</summary>
public static class EnrollmentStates
{
    /// <summary>The methods of somebody who has these, in the order in which they are offered.</summary>
    public static IReadOnlyList<string> Methods(bool hasApp, bool hasPasskey) => (hasApp, hasPasskey) switch
    {
        (true, true) => [PasskeyMethod.Name, TotpMethod.MethodName],
        (true, false) => [TotpMethod.MethodName],
        (false, true) => [PasskeyMethod.Name],
        _ => [],
    };

    /// <summary>The state of a stored enrollment, for whom it does not matter which authenticator there is; null: there is no row.</summary>
    public static EnrollmentState Of(Enrollment? enrollment, bool hasAuthenticator) => Of(
        Methods(hasAuthenticator, hasPasskey: false), enrollment?.RequiredAt, enrollment?.Deadline, enrollment?.Cause ?? EnrollmentCause.New,
        enrollment?.MustEnroll ?? false, enrollment?.LockedAt, enrollment?.LockReference);

    /// <summary>As the other, of the stored facts by themselves.</summary>
    /// <param name="methods">Of <see cref="Methods"/>.</param>
    /// <param name="requiredAt">Since when it is required; null: it is not.</param>
    /// <param name="deadline">The end of the period; null: there is none.</param>
    /// <param name="cause">Why there is a period.</param>
    /// <param name="mustEnroll">At the next sign-in, whatever the deadline.</param>
    /// <param name="lockedAt">When the period had ended; null: it was not noticed yet, or has not ended.</param>
    /// <param name="lockReference">The number that the person was told.</param>
    public static EnrollmentState Of(
        IReadOnlyList<string> methods, DateTimeOffset? requiredAt, DateTimeOffset? deadline, EnrollmentCause cause, bool mustEnroll,
        DateTimeOffset? lockedAt, string? lockReference)
    {
        if (methods.Count > 0) return new EnrollmentState.Active(methods);
        if (lockedAt is { } locked) return new EnrollmentState.Expired(deadline ?? locked, lockReference, mustEnroll);
        if (mustEnroll) return new EnrollmentState.MustEnroll(deadline, cause, lockReference);
        if (requiredAt is null) return new EnrollmentState.NotRequired();
        // Required without a deadline and without an authenticator: whatever removed it, nothing can be skipped.
        return deadline is { } end ? new EnrollmentState.Period(end, cause, lockReference) : new EnrollmentState.MustEnroll(null, cause, lockReference);
    }
}

/// <summary>Reads people.</summary>
public sealed class People(IdPDatabase database)
{
    private const string ById = $"SELECT {PersonRow.Columns} FROM users u {PersonRow.Joins} WHERE u.id = @p0";

    /// <summary>The person of this id, or null.</summary>
    public ValueTask<Person?> FindAsync(string userId) => database.ReadAsync(s => FindAsync(s, userId));

    /// <summary>The person of this id inside a transaction, or null.</summary>
    public static ValueTask<Person?> FindAsync(Statements statements, string userId) =>
        statements.FirstAsync(ById, row => (Person?)PersonRow.Read(row), userId);
}
