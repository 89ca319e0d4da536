using Microsoft.AspNetCore.Diagnostics;

namespace IdP.Server.Security;

/// <summary>
/// Reads the form of a page's post before the page does: one that cannot be read (no boundary, an unknown charset, bytes
/// that are no text, too long) is the sender's mistake and answered with 400 or 413, not with an error of ours.
/// </summary>
internal static class ReadableForms
{
    public static async Task ReadAsync(HttpContext http, RequestDelegate next)
    {
        // The error page runs for the same request; its form has been looked at.
        if (HttpMethods.IsPost(http.Request.Method) && http.Request.HasFormContentType && http.Features.Get<IStatusCodeReExecuteFeature>() is null)
        {
            try
            {
                await http.Request.ReadFormAsync(http.RequestAborted);
            }
            catch (BadHttpRequestException refused)
            {
                http.Response.StatusCode = refused.StatusCode;
                return;
            }
            catch (Exception unreadable) when (unreadable is InvalidDataException or IOException or ArgumentException or InvalidOperationException or NotSupportedException)
            {
                http.Response.StatusCode = StatusCodes.Status400BadRequest;
                return;
            }
        }

        await next(http);
    }
}
