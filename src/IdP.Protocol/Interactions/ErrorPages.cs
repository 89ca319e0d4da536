using Microsoft.AspNetCore.Http;

namespace IdP.Protocol.Interactions;

/// <summary>
/// Why <c>/error?reason=…</c> is shown; the page finds its words by it, so that nobody can write on the page by a link.
/// </summary>
public static class ErrorReasons
{
    /// <summary>The parked request is unknown, too old or was answered already: "This link no longer works".</summary>
    public const string Link = "link";

    /// <summary>The request names no client, an unknown or a disabled one.</summary>
    public const string Client = "client";

    /// <summary>The request's redirect_uri is missing or not registered.</summary>
    public const string RedirectUri = "redirect_uri";

    /// <summary>The request cannot be read at all.</summary>
    public const string Request = "request";

    /// <summary>Too many requests of this address wait for somebody.</summary>
    public const string TooMany = "too_many";

    /// <summary>Something broke here.</summary>
    public const string Server = "server";
}

internal static class ErrorPages
{
    public static IResult Show(ProtocolOptions options, string reason) => new SeeOther($"{options.PathBase}/error?reason={reason}");
}

/// <summary>Sends the browser on; after a POST too it comes with a GET.</summary>
internal sealed class SeeOther(string location) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        OAuthResults.NoStore(response);
        // What stands in our addresses is nobody else's business.
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.StatusCode = HttpMethods.IsPost(httpContext.Request.Method) ? StatusCodes.Status303SeeOther : StatusCodes.Status302Found;
        response.Headers.Location = location;
        return Task.CompletedTask;
    }
}
