using Microsoft.Extensions.Logging;

namespace IdP.Protocol;

internal static partial class Log
{
    [LoggerMessage(EventId = 3000, Level = LogLevel.Error, Message = "The protocol endpoint {Path} failed.")]
    public static partial void Failed(this ILogger logger, string path, Exception exception);

    [LoggerMessage(EventId = 3001, Level = LogLevel.Warning, Message = "{Count} back-channel logouts failed for the last time; the deliveries say why.")]
    public static partial void LogoutsGivenUp(this ILogger logger, int count);

    [LoggerMessage(EventId = 3003, Level = LogLevel.Error, Message = "The signing keys could not be checked; the next look is in an hour.")]
    public static partial void KeyCheckFailed(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 3002, Level = LogLevel.Error, Message = "Back-channel logouts could not be looked for; the next look is in a few seconds.")]
    public static partial void LogoutsFailed(this ILogger logger, Exception exception);
}
