using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace IdP.Server.Pages;

/// <summary>What the error page says instead of the page that was asked for.</summary>
/// <param name="Status">HTTP status code.</param>
/// <param name="Key">Beginning of the keys of its texts.</param>
internal sealed record PageProblem(int Status, string Key)
{
    public static PageProblem Link { get; } = new(StatusCodes.Status400BadRequest, "Error.Link");

    /// <summary>A link of a mail that was used, is too old or is unknown.</summary>
    public static PageProblem UsedLink { get; } = new(StatusCodes.Status400BadRequest, "Error.UsedLink");

    public static PageProblem Denied { get; } = new(StatusCodes.Status403Forbidden, "Error.Denied");

    public static PageProblem Disabled { get; } = new(StatusCodes.Status403Forbidden, "Error.Disabled");

    /// <summary>The application it is about, or null.</summary>
    public string? App { get; init; }

    /// <summary>Why the protocol stopped, for the application's owner; null: it did not.</summary>
    public string? Reason { get; init; }

    /// <summary>What a bare status code means.</summary>
    public static PageProblem Of(int status) => status switch
    {
        StatusCodes.Status403Forbidden => Denied,
        StatusCodes.Status404NotFound => new(status, "Error.NotFound"),
        StatusCodes.Status405MethodNotAllowed => new(status, "Error.Method"),
        StatusCodes.Status429TooManyRequests => new(status, "Error.TooMany"),
        StatusCodes.Status503ServiceUnavailable => new(status, "Error.Maintenance"),
        >= 500 => new(status, "Error.Server"),
        _ => new(status, "Error.BadRequest"),
    };
}

internal static class PageProblems
{
    /// <summary>Ends the request with the error page; the address stays.</summary>
    public static IActionResult Problem(this PageModel page, PageProblem problem)
    {
        page.HttpContext.Features.Set(problem);
        return new StatusCodeResult(problem.Status);
    }
}
