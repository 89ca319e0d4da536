namespace IdP.Storage.Audit;

/// <summary>The names of all that is audited.</summary>
public static class AuditEvents
{
    public const string PasswordFailed = "password.failed";
    public const string PasswordLocked = "password.locked";
    public const string PasswordChanged = "password.changed";
    public const string PasswordResetSent = "password.reset_sent";
    public const string SignedIn = "sign_in.completed";
    public const string SignInDenied = "sign_in.denied";
    public const string SignedOut = "sign_out";
    public const string SessionEnded = "session.ended";
    public const string Verified = "verification.succeeded";
    public const string VerificationFailed = "verification.failed";
    public const string VerificationLocked = "verification.locked";
    public const string VerificationUnlocked = "verification.unlocked";
    public const string EnrollmentRequired = "enrollment.required";
    public const string EnrollmentRequirementLifted = "enrollment.requirement_lifted";
    public const string EnrollmentProofSent = "enrollment.proof_sent";
    public const string EnrollmentPassIssued = "enrollment.pass_issued";
    public const string EnrollmentProven = "enrollment.proven";
    public const string EnrollmentSkipped = "enrollment.skipped";
    public const string EnrollmentCompleted = "enrollment.completed";
    public const string EnrollmentExpired = "enrollment.expired";
    public const string EnrollmentExtended = "enrollment.extended";
    public const string AuthenticatorAdded = "authenticator.added";
    public const string AuthenticatorReplaced = "authenticator.replaced";
    public const string AuthenticatorRemoved = "authenticator.removed";
    public const string BrowserRemembered = "browser.remembered";
    public const string BrowserForgotten = "browser.forgotten";
    public const string PasskeyAdded = "passkey.added";
    public const string PasskeyRemoved = "passkey.removed";
    public const string PasskeySignInFailed = "passkey.sign_in_failed";
    public const string RecoveryCodesMade = "recovery_codes.made";
    public const string RecoveryCodeUsed = "recovery_codes.used";
    public const string Reset = "verification.reset";
    public const string UserCreated = "user.created";
    public const string UserChanged = "user.changed";
    public const string UserDisabled = "user.disabled";
    public const string UserFrozen = "user.frozen";
    public const string UserEnabled = "user.enabled";
    public const string UserRemoved = "user.removed";
    public const string HelpAsked = "help.asked";
    public const string ErrorShown = "error.shown";
    public const string ClientCreated = "client.created";
    public const string ClientChanged = "client.changed";
    public const string ClientRemoved = "client.removed";
    public const string PolicyChanged = "policy.changed";
    public const string SettingChanged = "setting.changed";
    public const string MailTested = "mail.tested";
    public const string MailRetried = "mail.retried";
    public const string MailTemplateChanged = "mail_template.changed";
    public const string Authorized = "authorization.given";
    public const string ConsentGiven = "consent.given";
    public const string ConsentRefused = "consent.refused";
    public const string DeviceConnected = "device.connected";
    public const string DeviceRefused = "device.refused";
    public const string DeviceCodeFailed = "device.code_failed";
    public const string AuthorizationRevoked = "authorization.revoked";
    public const string CodeReplayed = "code.replayed";
    public const string RefreshTokenReused = "refresh_token.reused";
    public const string TokenCreated = "api_token.created";
    public const string TokenRevoked = "api_token.revoked";
    public const string OwnerCreated = "owner.created";
    public const string ApiChanged = "api.changed";
    public const string GroupCreated = "group.created";
    public const string GroupChanged = "group.changed";
    public const string GroupRemoved = "group.removed";
    public const string CampaignStarted = "campaign.started";
    public const string CampaignExtended = "campaign.extended";
    public const string CampaignReminded = "campaign.reminded";
    public const string CampaignClosed = "campaign.closed";
    public const string PeopleImported = "people.imported";
    public const string KeyCreated = "key.created";
    public const string KeyRotated = "key.rotated";
    public const string KeyRevoked = "key.revoked";
    public const string AuditExported = "audit.exported";
    public const string AuditRemoved = "audit.removed";
    public const string AuditDamaged = "audit.damaged";

    /// <summary>Every name, in the order of the alphabet.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. typeof(AuditEvents).GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!).Order(StringComparer.Ordinal)];
}
