using IdP.Server.Admin.Access;
using IdP.Server.Mail;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Mail;

/// <summary>The mails there are, in every language.</summary>
internal sealed class IndexModel(Visit visit, MailTemplates templates) : AdminPage(visit, "Mail", Right.MailRead)
{
    public IReadOnlyList<MailTemplates.Found> Templates { get; private set; } = [];

    protected override async Task<IActionResult> ShowAsync()
    {
        Templates = await templates.AllAsync(Ct);
        return Page();
    }
}
