using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.Mails;
using IdP.Server.Mail;
using IdP.Storage.Outbox;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Mail;

/// <summary>The words of one mail in one language: change, look at, send to oneself.</summary>
internal sealed class TemplateModel(Visit visit, MailTemplates templates, SetMailTemplate set, PreviewMail preview, SendTestMail send)
    : AdminPage(visit, "Mail", Right.MailRead)
{
    [BindProperty(Name = "language")]
    public string? NewLanguage { get; set; }

    [BindProperty(Name = "subject")]
    public string? Subject { get; set; }

    [BindProperty(Name = "text")]
    public string? Text { get; set; }

    /// <summary>What the admin saw, so that nobody's words are overwritten unseen.</summary>
    [BindProperty(Name = "state")]
    public string? State { get; set; }

    public MailKind? Kind => MailKinds.Find(Request.Query["kind"].ToString());

    /// <summary>Empty: a further one is added.</summary>
    public string Language => Request.Query["language"].ToString();

    public MailTemplates.Found? Found { get; private set; }

    /// <summary>The language that was to be added and is there already; null: none.</summary>
    public string? There { get; private set; }

    /// <summary>What is stored, as it would be sent.</summary>
    public OutboxMessage? Preview { get; private set; }

    public Task<IActionResult> OnPostAsync([FromForm] string? action) => ChangeAsync(async () =>
    {
        if (Kind is null) return NotFound();
        if (action == "test") return await TestAsync();
        if (Reason.Length == 0)
        {
            AddError("reason", T["Console.ReasonEmpty"]);
            return await AgainAsync(null, StatusCodes.Status400BadRequest);
        }

        var isNew = Language.Length == 0;
        var language = isNew ? NewLanguage?.Trim() ?? "" : Language;
        switch (await set.HandleAsync(new(Kind.Name, language, Subject ?? "", Text ?? "", Reason) { IfMatch = State, IsNew = isNew }, Actor, Ct))
        {
            case SetMailTemplate.Outcome.ThereAlready:
                There = MailTemplates.Normalize(language);
                AddError("language", T["Admin.Mail.LanguageThere", ("language", There)]);
                return await AgainAsync(null, StatusCodes.Status409Conflict);
            case SetMailTemplate.Outcome.NothingToDo: return Done(Address(language), "nothing");
            default: return Done(Address(language), "saved");
        }
    });

    protected override async Task<IActionResult> ShowAsync()
    {
        if (Kind is null) return NotFound();
        if (Language.Length == 0) return Has(Right.MailWrite) ? Page() : NotFound();
        if ((Found = await templates.GetAsync(Kind, Language, Ct)) is null) return NotFound();
        State = ETags.Of(MailApi.Template.Of(Found));
        ModelState.Remove("state");
        if (!HttpMethods.IsPost(Request.Method)) (Subject, Text) = (Found.Words.Subject, Found.Words.Text);
        Preview = await preview.HandleAsync(Kind.Name, Language, Ct) is PreviewMail.Outcome.Written written ? written.Mail : null;
        return Page();
    }

    // To oneself alone: the console is no way to write to others.
    private async Task<IActionResult> TestAsync()
    {
        if (Who.Person.Email is not { Length: > 0 } own) return await AgainAsync(T["Admin.Mail.NoAddress"], StatusCodes.Status409Conflict);
        return await send.HandleAsync(own, Language, Actor, Ct, Kind) switch
        {
            SendTestMail.Outcome.NoServer => await AgainAsync(T["Admin.Mail.NoServer"], StatusCodes.Status409Conflict),
            SendTestMail.Outcome.NotSent failed => await AgainAsync(T["Admin.Mail.NotSent", ("error", failed.Error)], StatusCodes.Status502BadGateway),
            _ => Done(Address(Language), "sent"),
        };
    }

    private string Address(string language) => $"/admin/mail/template?kind={Uri.EscapeDataString(Kind!.Name)}&language={Uri.EscapeDataString(language)}";
}
