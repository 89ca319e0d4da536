namespace IdP.Server.Hosting;

/// <summary>What the program did; what people did is in the audit.</summary>
internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Information, "{Count} enrollment periods ended; the accounts are locked")]
    public static partial void PeriodsEnded(this ILogger log, int count);

    [LoggerMessage(1002, LogLevel.Warning, "The sweep of enrollment periods failed and is tried again")]
    public static partial void SweepFailed(this ILogger log, Exception failed);

    [LoggerMessage(1003, LogLevel.Warning, "Writing or sending mail failed and is tried again")]
    public static partial void MailFailed(this ILogger log, Exception failed);

    [LoggerMessage(1004, LogLevel.Error, "A request failed; the person was told reference {Reference}")]
    public static partial void RequestFailed(this ILogger log, Exception failed, string reference);

    [LoggerMessage(1006, LogLevel.Warning, "{Problem} Set both by the same time service: codes of authenticator apps and deadlines depend on it")]
    public static partial void ClockIsOff(this ILogger log, string problem);

    [LoggerMessage(1007, LogLevel.Warning, "Linking or removing audit rows failed and is tried again")]
    public static partial void AuditFailed(this ILogger log, Exception failed);

    [LoggerMessage(1008, LogLevel.Critical, "The audit log was tampered with: {Problem} See: idp audit verify")]
    public static partial void AuditDamaged(this ILogger log, string problem);

    [LoggerMessage(1009, LogLevel.Information, "{Count} audit rows were older than auditRetentionDays and were removed")]
    public static partial void AuditRemoved(this ILogger log, int count);

    [LoggerMessage(1005, LogLevel.Warning, "Old rows could not be removed; it is tried again")]
    public static partial void CleanupFailed(this ILogger log, Exception failed);

    [LoggerMessage(1007, LogLevel.Warning, "What drafts of policies would have asked could not be written; it is not counted")]
    public static partial void PolicyReportFailed(this ILogger log, Exception failed);
}
