using IdP.Protocol.Interactions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace IdP.Protocol.Endpoints;

/// <summary>The one place where an exception becomes an answer: <c>server_error</c>, and the trace only in the log.</summary>
internal sealed class Failures(ILogger<Failures> logger, Func<IResult> answer) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        try
        {
            return await next(context);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return OAuthResults.Empty;
        }
        catch (BadHttpRequestException bad)
        {
            return OAuthResults.Json(OAuthError.InvalidRequest("The request cannot be read.") with { Status = bad.StatusCode });
        }
        catch (IOException) when (!http.Response.HasStarted && http.RequestAborted.IsCancellationRequested)
        {
            return OAuthResults.Empty;
        }
#pragma warning disable CA1031 // Whatever broke, the client gets an answer that its library understands.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.Failed(http.Request.Path, exception);
            return answer();
        }
    }

    public static IResult AsJson() => OAuthResults.Json(OAuthError.ServerError);

    public static Func<IResult> AsPage(ProtocolOptions options) => () => ErrorPages.Show(options, ErrorReasons.Server);
}
