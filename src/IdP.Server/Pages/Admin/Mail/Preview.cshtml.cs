using IdP.Server.Admin.Access;
using IdP.Server.Admin.Mails;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Mail;

/// <summary>The HTML form of a mail with made-up facts, by itself, as a mail program would show it.</summary>
internal sealed class PreviewModel(Visit visit, PreviewMail preview) : AdminPage(visit, "Mail", Right.MailRead)
{
    protected override async Task<IActionResult> ShowAsync()
    {
        if (await preview.HandleAsync(Request.Query["kind"].ToString(), Request.Query["language"].ToString(), Ct) is not PreviewMail.Outcome.Written written) return NotFound();
        // Mails style themselves; whatever an admin wrote runs nothing, loads nothing and leads nowhere.
        Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";
        return Content(written.Mail.Html, "text/html; charset=utf-8");
    }
}
