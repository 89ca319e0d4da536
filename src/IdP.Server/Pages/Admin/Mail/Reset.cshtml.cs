using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.Mails;
using IdP.Server.Mail;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Mail;

/// <summary>Takes an admin's words of one mail away, after saying what holds then.</summary>
internal sealed class ResetModel(Visit visit, MailTemplates templates, ResetMailTemplate reset) : AdminPage(visit, "Mail", Right.MailWrite)
{
    /// <summary>What the admin saw, so that nobody's newer words are deleted unseen.</summary>
    [BindProperty(Name = "state")]
    public string? State { get; set; }

    public MailTemplates.Found Found { get; private set; } = null!;

    /// <summary>The program brings words in this language.</summary>
    public bool IsShipped => MailTemplates.Shipped(Found.Kind, Found.Language) is not null;

    public string Back => $"/admin/mail/template?kind={Uri.EscapeDataString(Found.Kind.Name)}&language={Uri.EscapeDataString(Found.Language)}";

    private string Kind => Request.Query["kind"].ToString();

    private string Language => Request.Query["language"].ToString();

    public Task<IActionResult> OnPostAsync() => ChangeAsync(async () => await reset.HandleAsync(new(Kind, Language, Reason) { IfMatch = State }, Actor, Ct) switch
    {
        ResetMailTemplate.Outcome.Reset => Done("/admin/mail", "reset"),
        ResetMailTemplate.Outcome.NothingToDo => Done("/admin/mail", "nothing"),
        _ => NotFound(),
    }, needsReason: true);

    protected override async Task<IActionResult> ShowAsync()
    {
        if (MailKinds.Find(Kind) is not { } kind || await templates.GetAsync(kind, Language, Ct) is not { UpdatedAt: not null } found) return NotFound();
        Found = found;
        State = ETags.Of(MailApi.Template.Of(found));
        ModelState.Remove("state");
        return Page();
    }
}
