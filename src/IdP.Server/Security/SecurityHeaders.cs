using System.Buffers;

namespace IdP.Server.Security;

/// <summary>What every answer tells the browser not to do.</summary>
internal static class SecurityHeaders
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; " +
        "require-trusted-types-for 'script'; trusted-types 'none'; form-action 'self'";

    private static readonly object FormActionKey = new();
    private static readonly SearchValues<char> NotInSource = SearchValues.Create(" ;,\r\n\t");

    /// <summary>
    /// Lets the form of this page lead on to an application. Chromium applies <c>form-action</c> to the redirects after
    /// a post too, so without it the last redirect of a sign-in would silently go nowhere.
    /// </summary>
    /// <param name="http">The request whose page it is.</param>
    /// <param name="source">Origin or scheme of the redirect address of this very sign-in; null: none.</param>
    public static void AllowFormTo(HttpContext http, string? source)
    {
        // Anything else than one source would be a way to write into the header.
        if (source is { Length: > 0 } && !source.AsSpan().ContainsAny(NotInSource)) http.Items[FormActionKey] = source;
    }

    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        http.Response.OnStarting(static state =>
        {
            Write((HttpContext)state);
            return Task.CompletedTask;
        }, http);
        return next(http);
    });

    private static void Write(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        // RFC 9700 §4.12: 303 alone makes every browser drop the form, with the password in it, that it had posted.
        if (http.Response.StatusCode == StatusCodes.Status302Found && HttpMethods.IsPost(http.Request.Method)) http.Response.StatusCode = StatusCodes.Status303SeeOther;
        if (http.Response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) is not true) return;

        // A page of the protocol's own (form_post) brings its own policy.
        if (headers.ContentSecurityPolicy.Count == 0) headers.ContentSecurityPolicy = http.Items[FormActionKey] is string source ? $"{Policy} {source}" : Policy;
        // RFC 9700 §4.16: for browsers that do not know frame-ancestors.
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-store";
        headers.Remove("Pragma");
    }
}
