using Microsoft.Extensions.Logging;

namespace IdP.Protocol;

internal static partial class Log
{
    [LoggerMessage(EventId = 3000, Level = LogLevel.Error, Message = "The protocol endpoint {Path} failed.")]
    public static partial void Failed(this ILogger logger, string path, Exception exception);
}
