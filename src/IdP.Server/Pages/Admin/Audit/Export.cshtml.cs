using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Audit;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Audit;

/// <summary>The rows that a filter lets through, as a file.</summary>
internal sealed class ExportModel(Visit visit, ExportAudit export, TimeProvider clock) : AdminPage(visit, "Audit", Right.AuditRead)
{
    protected override async Task<IActionResult> ShowAsync()
    {
        // A link from elsewhere would only make noise in the log.
        if (AuditFile.Format(Request.Query["format"]) is not { } format) return NotFound();
        try
        {
            return new Download(await export.HandleAsync(new(AuditFilter.Read(name => Request.Query[name]), format), Actor, Ct), format, clock.GetUtcNow());
        }
        catch (ValidationException)
        {
            // The page with the same filter says what is wrong.
            return LocalRedirect("~/admin/audit" + Request.QueryString);
        }
    }

    private sealed class Download(Func<Stream, CancellationToken, Task<long>> write, AuditFormat format, DateTimeOffset now) : IActionResult
    {
        public Task ExecuteResultAsync(ActionContext context) => AuditFile.Answer(write, format, now, context.HttpContext.RequestAborted).ExecuteAsync(context.HttpContext);
    }
}
