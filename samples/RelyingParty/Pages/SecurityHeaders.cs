using Microsoft.AspNetCore.Http;

namespace Samples.RelyingParty.Pages;

/// <summary>Headers of every answer.</summary>
internal sealed class SecurityHeaders(RequestDelegate next, ClientSettings client)
{
    // Browsers hold form-action against the redirects that follow a form: signing out leads to the provider.
    private readonly string policy =
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        + $"form-action 'self' {client.AuthorityOrigin}";

    public Task InvokeAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        return next(http);
    }
}
