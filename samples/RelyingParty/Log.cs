using Microsoft.Extensions.Logging;

namespace Samples.RelyingParty;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "{App}: the provider did not do what was expected: {Reason}")]
    public static partial void ProviderFailed(this ILogger logger, string app, string reason);

    [LoggerMessage(2, LogLevel.Information, "{App}: a logout token ended {Count} session(s)")]
    public static partial void SessionsEnded(this ILogger logger, string app, int count);

    [LoggerMessage(3, LogLevel.Warning, "{App}: a logout token was refused: {Reason}")]
    public static partial void LogoutTokenRefused(this ILogger logger, string app, string reason);
}
