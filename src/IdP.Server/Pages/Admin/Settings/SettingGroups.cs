namespace IdP.Server.Pages.Admin.Settings;

/// <summary>Which settings stand on one page.</summary>
internal static class SettingGroups
{
    /// <param name="Name">In the address, and the end of the text's key.</param>
    public sealed record Group(string Name, IReadOnlyList<string> Settings);

    public static IReadOnlyList<Group> All { get; } =
    [
        new("enrollment", ["enrollmentDays", "expiryLocks", "enrollmentProof"]),
        new("attempts",
        [
            "verificationAttempts", "lockMinutes", "passwordAttempts", "passwordLockMinutes", "addressAttempts", "failedCodesCountAsPassword", "failedPasswordsCountAsVerification",
        ]),
        new("portal", ["portalIdentityVerification", "portalReverifyAfterMinutes"]),
        new("help", ["supportContact", "preferredAuthenticator", "authenticatorNote"]),
        new("mails", ["reminderMails", "reminderDays", "weeklyDigest"]),
        new("tokens", ["refreshTokenGraceSeconds"]),
        new("audit", ["auditRetentionDays"]),
    ];

    /// <summary>The words a setting takes; empty: it takes others.</summary>
    public static IReadOnlyList<string> Words(string name) => name switch
    {
        "expiryLocks" => ["account", "guardedResources"],
        "enrollmentProof" => ["none", "automatic", "mail", "admin"],
        "portalIdentityVerification" => ["notRequired", "whenEnrolled", "required", "always"],
        _ => [],
    };
}
