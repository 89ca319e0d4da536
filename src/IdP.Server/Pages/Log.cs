namespace IdP.Server.Pages;

internal static partial class Log
{
    [LoggerMessage(EventId = 4001, Level = LogLevel.Information, Message = "Reference {Reference}: {UserId} cannot use their authenticator app.")]
    public static partial void CannotUseApp(this ILogger logger, string reference, string userId);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Information, Message = "Reference {Reference}: the error page {Key} was shown with status {Status}.")]
    public static partial void ErrorShown(this ILogger logger, string reference, string key, int status);
}
