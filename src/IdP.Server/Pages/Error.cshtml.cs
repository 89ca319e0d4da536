using IdP.Protocol.Interactions;
using IdP.Server.Hosting;
using IdP.Storage;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace IdP.Server.Pages;

/// <summary>
/// Every error in a plain sentence with what to do next and a reference; never a stack trace. It runs in place of the
/// page that failed, or at <c>/error?reason=…</c> when the protocol stopped.
/// </summary>
internal sealed class ErrorModel(Words words, RandomSource random, CurrentSignIn current, ToldErrors told, ILogger<ErrorModel> logger) : PageModel
{
    public PageProblem Problem { get; private set; } = PageProblem.Link;

    public string Reference { get; } = random.NewReference("ER");

    public Phrase Title => Problem.App is { } app ? words[$"{Problem.Key}.Title", ("app", app)]
        : Problem.Key == PageProblem.Denied.Key ? words["Error.DeniedOwn.Title"] : words[$"{Problem.Key}.Title"];

    public Phrase Text => words[$"{Problem.Key}.Text", ("ref", Reference), ("n", Response.Headers.RetryAfter is [{ } seconds] ? seconds : "60")];

    /// <summary>The text names the reference itself.</summary>
    public bool SaysReference => Problem.Key is "Error.App" or "Error.Server";

    public string OAuthError => Problem.Reason == ErrorReasons.Client ? "unauthorized_client" : Problem.Reason == ErrorReasons.Server ? "server_error" : "invalid_request";

    public async Task OnGetAsync()
    {
        var executing = HttpContext.Features.Get<IStatusCodeReExecuteFeature>();
        var failed = HttpContext.Features.Get<IExceptionHandlerPathFeature>();
        Problem = failed is not null ? PageProblem.Of(StatusCodes.Status500InternalServerError)
            : HttpContext.Features.Get<PageProblem>()
            ?? (executing is not null ? PageProblem.Of(Response.StatusCode) : OfProtocol(Request.Query["reason"]));
        Response.StatusCode = Problem.Status;
        if (Problem.Status == StatusCodes.Status429TooManyRequests && Response.Headers.RetryAfter.Count == 0) Response.Headers.RetryAfter = "60";
        if (failed is not null) logger.RequestFailed(failed.Error, Reference);
        else logger.ErrorShown(Reference, Problem.Key, Problem.Status);
        await told.KeepAsync(current, Problem, Reference, failed?.Path ?? executing?.OriginalPath);
    }

    private static PageProblem OfProtocol(string? reason) => reason switch
    {
        ErrorReasons.Client or ErrorReasons.RedirectUri => new(StatusCodes.Status400BadRequest, "Error.App") { Reason = reason },
        ErrorReasons.Request => new(StatusCodes.Status400BadRequest, "Error.Request") { Reason = reason },
        ErrorReasons.Server => new(StatusCodes.Status500InternalServerError, "Error.Server") { Reason = reason },
        ErrorReasons.Link => PageProblem.Link,
        ErrorReasons.TooMany => PageProblem.Of(StatusCodes.Status429TooManyRequests),
        _ => PageProblem.Of(StatusCodes.Status404NotFound),
    };
}
