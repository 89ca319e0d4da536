using System.Text;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace IdP.Server.Admin;

/// <summary>Lines of CSV as a download, sent as they come; from a page and from the API.</summary>
/// <param name="name">Of the file; what no file name should have is left out.</param>
internal sealed class CsvResult(string name, IAsyncEnumerable<string> lines) : IActionResult, IResult
{
    public Task ExecuteResultAsync(ActionContext context) => ExecuteAsync(context.HttpContext);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var safe = string.Concat(name.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or ' ')).Trim();
        var response = httpContext.Response;
        response.ContentType = "text/csv; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = $"\"{(safe.Length > 0 ? safe : "export")}.csv\"" }.ToString();
        // Spreadsheets take the text for UTF-8 by this mark alone.
        await response.Body.WriteAsync(Encoding.UTF8.Preamble.ToArray(), httpContext.RequestAborted);
        await foreach (var line in lines) await response.WriteAsync(line, httpContext.RequestAborted);
    }
}
