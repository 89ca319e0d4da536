using System.Globalization;
using System.Text.Json;
using IdP.Protocol.Tokens;
using Microsoft.AspNetCore.Http;

namespace IdP.Protocol;

/// <summary>Answers of the endpoints that clients call.</summary>
internal static class OAuthResults
{
    public static IResult Json(OAuthError error) => new ErrorResult(error);

    public static IResult Json(TokenResponse response) => new JsonResult<TokenResponse>(response, static (json, tokens) =>
    {
        json.WriteString("access_token"u8, tokens.AccessToken);
        json.WriteString("token_type"u8, tokens.TokenType);
        json.WriteNumber("expires_in"u8, tokens.ExpiresIn);
        if (tokens.RefreshToken is not null) json.WriteString("refresh_token"u8, tokens.RefreshToken);
        if (tokens.IdToken is not null) json.WriteString("id_token"u8, tokens.IdToken);
        // RFC 6749 §3.3, §5.1: what was really granted.
        if (tokens.Scope.Length > 0) json.WriteString("scope"u8, tokens.Scope);
    });

    /// <summary>A JSON object whose members the callback writes.</summary>
    public static IResult Json<T>(T state, Action<Utf8JsonWriter, T> members) => new JsonResult<T>(state, members);

    public static IResult Empty { get; } = new EmptyOk();

    /// <summary>A resource whose bytes are at hand and that anybody may keep.</summary>
    public static IResult Public(byte[] body, string contentType, TimeSpan maxAge) => new PublicResult(body, contentType, maxAge);

    /// <summary>Nothing dynamic is kept anywhere: RFC 6749 §5.1, OIDC Core §3.1.3.3.</summary>
    public static void NoStore(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers.Pragma = "no-cache";
        response.Headers.XContentTypeOptions = "nosniff";
    }

    private static Task WriteAsync<T>(HttpResponse response, T state, Action<Utf8JsonWriter, T> members)
    {
        response.ContentType = "application/json";
        var body = JwtWriter.Json(state, members);
        response.ContentLength = body.Length;
        if (HttpMethods.IsHead(response.HttpContext.Request.Method)) return Task.CompletedTask;
        // Copied into the response's own buffer before anything is awaited.
        body.CopyTo(response.BodyWriter.GetSpan(body.Length));
        response.BodyWriter.Advance(body.Length);
        return response.BodyWriter.FlushAsync().AsTask();
    }

    private sealed class JsonResult<T>(T state, Action<Utf8JsonWriter, T> members) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            NoStore(httpContext.Response);
            return WriteAsync(httpContext.Response, state, members);
        }
    }

    private sealed class ErrorResult(OAuthError error) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            NoStore(response);
            response.StatusCode = error.Status;
            if (error.Challenge is { } challenge) response.Headers.WWWAuthenticate = challenge;
            if (error.RetryAfter is { } seconds) response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            return WriteAsync(response, error, static (json, e) =>
            {
                json.WriteString("error"u8, e.Code);
                json.WriteString("error_description"u8, e.SafeDescription);
            });
        }
    }

    private sealed class EmptyOk : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            NoStore(httpContext.Response);
            httpContext.Response.ContentLength = 0;
            return Task.CompletedTask;
        }
    }

    private sealed class PublicResult(byte[] body, string contentType, TimeSpan maxAge) : IResult
    {
        private readonly string cacheControl = string.Create(CultureInfo.InvariantCulture, $"public, max-age={(long)maxAge.TotalSeconds}");

        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.ContentType = contentType;
            response.ContentLength = body.Length;
            response.Headers.CacheControl = cacheControl;
            response.Headers.XContentTypeOptions = "nosniff";
            return HttpMethods.IsHead(httpContext.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body, 0, body.Length);
        }
    }
}
