namespace IdP.Server.Pages;

internal static partial class Log
{
    [LoggerMessage(EventId = 4002, Level = LogLevel.Information, Message = "Reference {Reference}: the error page {Key} was shown with status {Status}.")]
    public static partial void ErrorShown(this ILogger logger, string reference, string key, int status);
}
