using IdP.Storage.Clients;
using IdP.Storage.Enrollments;
using IdP.Testing;
using IdP.Verification.Decisions;

namespace IdP.Tests.Verification.Decisions;

/// <summary>Reads <c>docs/verification-policy.md</c>, and gives its words their meaning.</summary>
internal static class PolicyTable
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly EnrollmentState Active = new EnrollmentState.Active(["otp"]);

    /// <summary>The rows of every table whose heading begins so, without the heading.</summary>
    public static IEnumerable<string[]> Rows(params string[] heading)
    {
        string[]? head = null;
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "docs", "verification-policy.md")))
        {
            if (!line.StartsWith('|'))
            {
                head = null;
                continue;
            }

            var cells = line.Trim('|', ' ').Split('|').Select(cell => cell.Trim()).ToArray();
            if (head is null) head = cells;
            else if (head.SequenceEqual(heading) && !cells[0].StartsWith("---", StringComparison.Ordinal)) yield return cells;
        }
    }

    public static PersonState Person(string word) => word switch
    {
        "not required" => With(new EnrollmentState.NotRequired()),
        "in period" => With(new EnrollmentState.Period(Now.AddDays(3), EnrollmentCause.New)),
        "period over" => With(new EnrollmentState.Period(Now, EnrollmentCause.New)),
        "must enroll" => With(new EnrollmentState.MustEnroll(Now.AddDays(3), EnrollmentCause.Reset)),
        "must enroll, too late" => With(new EnrollmentState.MustEnroll(Now, EnrollmentCause.Reset)),
        "expired" => With(new EnrollmentState.Expired(Now.AddDays(-1), "LK-2222-22")),
        "expired after a reset" => With(new EnrollmentState.Expired(Now.AddDays(-1), "LK-2222-22", AfterReset: true)),
        "active" => With(Active),
        "active with a passkey" => With(new EnrollmentState.Active(["passkey", "otp"])),
        "active, locked" => With(Active) with { Lock = new VerificationLock(null, "LK-2222-22") },
        "active, locked until later" => With(Active) with { Lock = new VerificationLock(Now.AddMinutes(1), "LK-2222-22") },
        "active, lock ended" => With(Active) with { Lock = new VerificationLock(Now, "LK-2222-22") },
        "disabled" => With(Active) with { Disabled = true },
        _ => throw new ArgumentException($"The table knows no person \"{word}\".", nameof(word)),
    };

    public static (SessionState? Session, DateTimeOffset? FlowStartedAt) Session(string word) => word switch
    {
        "none" => (null, null),
        "password" => (Proven(1), null),
        "password in flow" => (Proven(1), Ago(5)),
        "old password" => (Proven(120), Ago(5)),
        "skipped" => (Proven(1) with { Skipped = true }, null),
        "skipped in flow" => (Proven(1) with { Skipped = true }, Ago(5)),
        "verified" => (Proven(2, 2), null),
        "verified before flow" => (Proven(2, 2), Ago(1)),
        "verified in flow" => (Proven(2, 2), Ago(5)),
        "old password, verified in flow" => (Proven(120, 2), Ago(5)),
        "verified long ago" => (Proven(120, 120), Ago(1)),
        "verified by passkey" => (Proven(2, 2) with { PasskeyAt = Ago(2), Amr = ["pwd", "hwk", "user", "mfa"] }, null),
        "code after a passkey" => (Proven(2, 2) with { PasskeyAt = Ago(120), Amr = ["pwd", "hwk", "user", "otp", "mfa"] }, null),
        _ => throw new ArgumentException($"The table knows no session \"{word}\".", nameof(word)),
    };

    /// <summary>What a browser that is remembered stands for, with the password of this request.</summary>
    public static SessionState InBrowser(string remembered) => Proven(1) with
    {
        Remembered = remembered switch
        {
            "never" => null,
            "3 days ago" => Remembered(3),
            "13 days ago" => Remembered(13),
            "14 days ago" => Remembered(14) with { Until = Now.AddDays(1) },
            "3 days ago, for 3 days" => Remembered(3) with { Until = Now },
            _ => throw new ArgumentException($"The table knows no browser \"{remembered}\".", nameof(remembered)),
        },
    };

    public static ResourcePolicy Remembering(string word)
    {
        var policy = new ResourcePolicy
        {
            Kind = ResourceKind.Client, ResourceId = "payroll", Mode = VerificationMode.Required, ReverifyAfter = TimeSpan.FromMinutes(60), RememberBrowserDays = 14,
        };
        return word switch
        {
            "required, remembering for 0 days" => policy with { RememberBrowserDays = 0 },
            "required, remembering for 3 days" => policy with { RememberBrowserDays = 3 },
            "required, changed since" => policy with { ChangedAt = Now.AddDays(-1) },
            "required, changed at that moment" => policy with { ChangedAt = Now.AddDays(-3) },
            "required, changed before" => policy with { ChangedAt = Now.AddDays(-4) },
            "required, at each authorization" => policy with { ReverifyAfter = TimeSpan.Zero },
            "required, by a code" => policy with { Methods = ["otp"] },
            "required, by a passkey" => policy with { Methods = ["passkey"] },
            "required, always for the group" => policy with { Rules = [new("staff", VerificationMode.Always)] },
            "portal, required" => policy with { Kind = ResourceKind.Portal },
            "admin console" => policy with { Kind = ResourceKind.Admin },
            _ => policy with { Mode = Enum.Parse<VerificationMode>(word, ignoreCase: true) },
        };
    }

    public static RequestDemands Demands(string word) => word switch
    {
        "none" => RequestDemands.None,
        "prompt=login" => new() { Login = true },
        "max_age" => new() { MaxAge = TimeSpan.FromMinutes(10) },
        "refresh" => new() { Continuation = true },
        _ when word.StartsWith("acr=", StringComparison.Ordinal) => new() { Acr = word[4..] },
        _ => throw new ArgumentException($"The table knows no demand \"{word}\".", nameof(word)),
    };

    /// <summary>A decision in the table's words.</summary>
    public static string Word(Decision decision) => decision switch
    {
        Decision.SignIn => "sign in",
        Decision.Verify => "verify",
        Decision.Enroll { Passkey: true } enroll => Word(enroll with { Passkey = false }) + " passkey",
        Decision.Enroll { StartsPeriod: true } enroll => enroll.Skippable ? "begin or skip" : "begin",
        Decision.Enroll enroll => enroll.Skippable ? "enroll or skip" : "enroll",
        Decision.Locked { Reason: LockReason.Attempts } => "locked: attempts",
        Decision.Locked => "locked: period",
        Decision.Deny => "deny",
        Decision.Proceed proceed => "proceed " + proceed.Acr,
        _ => throw new ArgumentException($"The table knows no decision {decision}.", nameof(decision)),
    };

    private static RememberedProof Remembered(int days) => new(Now.AddDays(-days), Now.AddDays(14 - days));

    private static PersonState With(EnrollmentState enrollment) => new() { Enrollment = enrollment, Groups = ["staff"] };

    private static SessionState Proven(int passwordAge, int? verifiedAge = null) => new()
    {
        PasswordAt = Ago(passwordAge),
        VerifiedAt = verifiedAge is { } age ? Ago(age) : null,
        Amr = verifiedAge is null ? ["pwd"] : ["pwd", "otp", "mfa"],
    };

    private static DateTimeOffset Ago(int minutes) => Now.AddMinutes(-minutes);
}
