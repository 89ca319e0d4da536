using System.Text;
using System.Text.Encodings.Web;
using IdP.Protocol.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Protocol.Interactions;

/// <summary>The answer to an authorization request, on its way to the client. RFC 6749 §4.1.2, RFC 9207.</summary>
internal sealed class AuthorizationResponse(AuthorizationRequest request, ProtocolOptions options)
{
    public IResult Code(string code) => Send([("code", code)]);

    public IResult Error(OAuthError error) => Send([("error", error.Code), ("error_description", error.SafeDescription)]);

    private IResult Send(List<(string Name, string Value)> parameters)
    {
        if (request.State is { } state) parameters.Add(("state", state));
        // RFC 9207 §2: in errors too.
        parameters.Add(("iss", options.Issuer));
        return request.FormPost
            ? new FormPostPage(request.RedirectUri!, parameters, options)
            : new SeeOther(WithQuery(request.RedirectUri!, parameters));
    }

    // RFC 6749 §3.1.2: a query of the registered address is kept.
    internal static string WithQuery(string uri, IEnumerable<(string Name, string Value)> parameters)
    {
        var text = new StringBuilder(uri);
        var separator = !uri.Contains('?') ? "?" : uri[^1] is '?' or '&' ? "" : "&";
        foreach (var (name, value) in parameters)
        {
            text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = "&";
        }

        return text.ToString();
    }
}

/// <summary>The stylesheet of the one page that the protocol shows itself; a host that has one registers it.</summary>
/// <param name="Path">Begins with a slash.</param>
public sealed record FormPostStyle(string Path);

/// <summary>OAuth 2.0 Form Post Response Mode: a page whose form goes to the client, by script or by its button.</summary>
internal sealed class FormPostPage(string redirectUri, List<(string Name, string Value)> parameters, ProtocolOptions options) : IResult
{
    public const string ScriptPath = "/ui/form-post.js";

    public static ReadOnlySpan<byte> Script => "document.forms[0].submit();\n"u8;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        OAuthResults.NoStore(response);
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'self'; style-src 'self'; form-action {RedirectUris.CspSource(redirectUri)}; base-uri 'none'; frame-ancestors 'none'";
        response.ContentType = "text/html; charset=utf-8";
        var body = Encoding.UTF8.GetBytes(Html(httpContext.RequestServices.GetService<FormPostStyle>()?.Path));
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, 0, body.Length);
    }

    private string Html(string? stylesheet)
    {
        var html = HtmlEncoder.Default;
        var style = stylesheet is null ? "" : $"<link rel=\"stylesheet\" href=\"{html.Encode(options.PathBase + stylesheet)}\">\n";
        var fields = string.Concat(parameters.Select(p => $"<input type=\"hidden\" name=\"{html.Encode(p.Name)}\" value=\"{html.Encode(p.Value)}\">\n"));
        return $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Back to the application</title>
            {style}<script src="{html.Encode(options.PathBase + ScriptPath)}" defer></script>
            </head>
            <body class="auth">
            <main>
            <div class="card flow">
            <h1>Back to the application</h1>
            <form class="flow" method="post" action="{html.Encode(redirectUri)}">
            {fields}<button class="btn go full">Continue</button>
            </form>
            </div>
            </main>
            </body>
            </html>
            """;
    }
}
