using IdP.Storage.Clients;
using IdP.Verification.Decisions;

namespace IdP.Tests.Verification.Walks;

/// <summary>What a cookie stands for, as somebody knows it who watched.</summary>
internal sealed record Proven(DateTimeOffset PasswordAt, int Generation, DateTimeOffset? VerifiedAt = null, bool Skipped = false);

/// <summary>
/// What is true about the person of a walk, kept by whoever watches and not by the services: it says which answers
/// would be wrong.
/// </summary>
internal sealed class WalkModel
{
    public const int Limit = 5;

    /// <summary>The confirmed authenticator's secret; null: not enrolled.</summary>
    public byte[]? Secret { get; set; }

    public long LastStep { get; set; } = -1;

    public HashSet<string> RecoveryCodes { get; } = [];

    public DateTimeOffset? Deadline { get; set; }

    /// <summary>Reset without days: nothing opens a guarded resource until somebody enrols.</summary>
    public bool MustEnroll { get; set; }

    public bool Locked { get; set; }

    public bool Disabled { get; set; }

    public int Generation { get; set; }

    public const int RememberDays = 7;

    /// <summary>Cookies of browsers that are remembered: when and under which number they became so.</summary>
    public Dictionary<string, (DateTimeOffset At, int Generation)> Remembered { get; } = [];

    public Dictionary<string, Proven> Cookies { get; } = [];

    public bool IsOver(DateTimeOffset now) => Secret is null && Deadline <= now;

    /// <summary>Whether nothing at all may open.</summary>
    public bool IsStopped(DateTimeOffset now) => Disabled || Locked || IsOver(now);

    /// <summary>Verified under what counts now, at most so long ago.</summary>
    public bool IsVerified(Proven? proven, DateTimeOffset now, TimeSpan within) =>
        proven is { VerifiedAt: { } at } && proven.Generation == Generation && now - at <= within;

    private bool IsRemembered(ResourcePolicy policy, string? cookie, DateTimeOffset now) =>
        policy is { RememberBrowserDays: > 0, Mode: VerificationMode.Required } && Secret is not null && !MustEnroll
        && cookie is not null && Remembered.TryGetValue(cookie, out var browser) && browser.Generation == Generation && now - browser.At < TimeSpan.FromDays(policy.RememberBrowserDays);

    /// <summary>Why this must not have opened; null: it may.</summary>
    public string? Wrong(Decision.Proceed opened, ResourcePolicy policy, IReadOnlyList<Proven> held, string? remembered, DateTimeOffset now)
    {
        if (held.Count == 0) return "nobody had given a password";
        if (IsStopped(now)) return "the person is stopped";
        if (opened.Acr == "mfa") return MustEnroll || !held.Any(p => IsVerified(p, now, TimeSpan.MaxValue)) ? "nothing was verified" : null;
        if (IsRemembered(policy, remembered, now)) return null;
        return policy.Mode switch
        {
            VerificationMode.NotRequired => null,
            VerificationMode.WhenEnrolled => Secret is not null || MustEnroll ? "enrolled, and only the password was proven" : null,
            VerificationMode.Required => Secret is null && !MustEnroll && Deadline > now && held.Any(p => p.Skipped && p.Generation == Generation)
                ? null
                : "neither verified nor skipped",
            _ => "always asks",
        };
    }
}
