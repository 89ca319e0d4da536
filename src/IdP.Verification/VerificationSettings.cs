using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using IdP.Storage.Changes;
using IdP.Storage.Clients;

namespace IdP.Verification;

/// <summary>What a passed deadline closes.</summary>
public enum ExpiryLocks
{
    /// <summary>Every interactive sign-in.</summary>
    Account,

    /// <summary>Guarded resources only.</summary>
    GuardedResources,
}

/// <summary>What a first enrollment needs besides the password; the later ones are stronger.</summary>
public enum EnrollmentProof
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A proof where the account was idle or was opened again: a mailed code, else an admin's pass.</summary>
    Automatic,

    /// <summary>A code sent by mail, always; who has no verified address needs an admin's pass.</summary>
    Mail,

    /// <summary>A one-time pass that an admin issued, always.</summary>
    Admin,
}

/// <summary>The settings an admin changes; names in the declarative file are these in camelCase.</summary>
public sealed record VerificationSettings
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Whoever holds an admin role has this many attempts, whatever the setting says.</summary>
    public const int AdminVerificationAttempts = 5;

    /// <summary>Days from when identity verification was first required until the account locks; 1 to 365.</summary>
    public int EnrollmentDays { get; init; } = 7;

    /// <summary>Wrong codes until verification locks; 3 to 20.</summary>
    public int VerificationAttempts { get; init; } = 5;

    /// <summary>Wrong passwords until the account's password locks for <see cref="PasswordLockMinutes"/>; 3 to 100.</summary>
    public int PasswordAttempts { get; init; } = 10;

    /// <summary>How long the password stays locked; 1 to 1440.</summary>
    public int PasswordLockMinutes { get; init; } = 15;

    /// <summary>Failures from one address within ten minutes until it must wait; 10 to 100000.</summary>
    public int AddressAttempts { get; init; } = 300;

    /// <summary>Minutes until a verification lock ends by itself; 0: an admin ends it.</summary>
    public int LockMinutes { get; init; }

    public bool FailedCodesCountAsPassword { get; init; }

    public bool FailedPasswordsCountAsVerification { get; init; }

    public ExpiryLocks ExpiryLocks { get; init; } = ExpiryLocks.Account;

    /// <summary>What a first enrollment needs besides the password, where the resource's policy does not say.</summary>
    public EnrollmentProof EnrollmentProof { get; init; } = EnrollmentProof.Automatic;

    /// <summary>How the portal itself is guarded.</summary>
    public VerificationMode PortalIdentityVerification { get; init; } = VerificationMode.WhenEnrolled;

    /// <summary>Minutes after which the portal asks anew.</summary>
    public int PortalReverifyAfterMinutes { get; init; } = 480;

    /// <summary>The authenticator app that is recommended; null: none.</summary>
    public string? PreferredAuthenticator { get; init; }

    /// <summary>What an admin says about it, below its name: where to get it, which account to use; null: nothing.</summary>
    public string? AuthenticatorNote { get; init; }

    /// <summary>Where people get help: an address, a number or a sentence; shown wherever nothing else goes on.</summary>
    public string? SupportContact { get; init; }

    /// <summary>Mails before the end of an enrollment period, <see cref="ReminderDays"/> before it.</summary>
    public bool ReminderMails { get; init; } = true;

    /// <summary>How many days before the end; up to ten different ones from 1 to 365.</summary>
    public IReadOnlyList<int> ReminderDays { get; init; } = [3, 1];

    /// <summary>A mail to admins each Monday: how many have enrolled, skipped, locked.</summary>
    public bool WeeklyDigest { get; init; } = true;

    /// <summary>Seconds in which the answer to a used refresh token is repeated for a client that lost it; 0: never.</summary>
    public int RefreshTokenGraceSeconds { get; init; }

    /// <summary>Days after which rows of the audit log are removed; 0: never.</summary>
    public int AuditRetentionDays { get; init; }

    /// <summary>How many wrong codes a person has, by their roles.</summary>
    public int VerificationAttemptsFor(IReadOnlyList<string> roles) => roles.Count > 0 ? AdminVerificationAttempts : VerificationAttempts;

    /// <summary>The settings of a snapshot.</summary>
    public static VerificationSettings Of(CatalogSnapshot catalog) => catalog.Derived(static snapshot =>
    {
        var values = new JsonObject(snapshot.Settings.Select(s => KeyValuePair.Create(s.Key, JsonNode.Parse(s.Value))));
        return values.Deserialize<VerificationSettings>(Json) ?? new VerificationSettings();
    });

    /// <summary>Every setting with its JSON value.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, Json)!.AsObject();

    /// <summary>Reads settings from JSON.</summary>
    /// <exception cref="JsonException">A name is unknown or a value has the wrong type; the path tells which.</exception>
    public static VerificationSettings FromJson(JsonObject values) => values.Deserialize<VerificationSettings>(Json)!;

    /// <summary>What is wrong with the values, in sentences that name the setting.</summary>
    public IEnumerable<FormattableString> Problems()
    {
        if (EnrollmentDays is < 1 or > 365) yield return $"enrollmentDays must be from 1 to 365.";
        if (VerificationAttempts is < 3 or > 20) yield return $"verificationAttempts must be from 3 to 20.";
        if (PasswordAttempts is < 3 or > 100) yield return $"passwordAttempts must be from 3 to 100.";
        if (PasswordLockMinutes is < 1 or > 1440) yield return $"passwordLockMinutes must be from 1 to 1440.";
        if (AddressAttempts is < 10 or > 100_000) yield return $"addressAttempts must be from 10 to 100000.";
        if (PortalReverifyAfterMinutes is < 0 or > 525_600) yield return $"portalReverifyAfterMinutes must be from 0 to 525600.";
        if (RefreshTokenGraceSeconds is < 0 or > 60) yield return $"refreshTokenGraceSeconds must be from 0 to 60.";
        if (ReminderDays.Count > 10 || ReminderDays.Distinct().Count() != ReminderDays.Count || ReminderDays.Any(days => days is < 1 or > 365))
            yield return $"reminderDays must be at most 10 different numbers from 1 to 365.";
        if (AuditRetentionDays is not 0 and (< 30 or > 36_500)) yield return $"auditRetentionDays must be 0 or from 30 to 36500.";
        if (LockMinutes is < 0 or > 525_600) yield return $"lockMinutes must be from 0 to 525600.";
        // NIST SP 800-63B-4 §3.2.2 bounds guessing: six digits and a three-step window leave 3 in 10^6 a guess.
        else if (LockMinutes > 0 && GuessesPerDay > 30)
        {
            yield return $"lockMinutes {LockMinutes} with verificationAttempts {VerificationAttempts} would allow {GuessesPerDay} guesses in 24 hours; 30 is the most. Raise lockMinutes, or set 0 so that an admin unlocks.";
        }
    }

    private int GuessesPerDay => Math.Max(VerificationAttempts, AdminVerificationAttempts) * ((1440 / LockMinutes) + 1);
}
