using IdP.Server.Admin.Access;
using IdP.Server.Admin.Mails;
using IdP.Storage.Outbox;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Mail;

/// <summary>What was mailed, without the words: those are the person's.</summary>
internal sealed class OutboxModel(Visit visit, ListOutbox list, RetryMail retry) : AdminPage(visit, "Mail", Right.MailRead)
{
    private const int Rows = 50;

    public bool TroubledOnly => Request.Query["failed"] == "true";

    public IReadOnlyList<ListOutbox.Mail> Mails { get; private set; } = [];

    /// <summary>The mail behind which the next page begins; null: this is the last.</summary>
    public string? Next { get; private set; }

    public Task<IActionResult> OnPostAsync([FromForm] string? id) => ChangeAsync(async () => await retry.HandleAsync(id ?? "", Actor, Ct) switch
    {
        RetryMail.Outcome.Queued => Done("/admin/mail/outbox", "queued"),
        RetryMail.Outcome.NoServer => await AgainAsync(T["Admin.Mail.NoServer"], StatusCodes.Status409Conflict),
        RetryMail.Outcome.NoSuchMail => await AgainAsync(T["Admin.Mail.Retry.NoSuchMail"], StatusCodes.Status404NotFound),
        var no => await AgainAsync(T[$"Admin.Mail.Retry.{no}"], StatusCodes.Status409Conflict),
    });

    public static bool MayRetry(ListOutbox.Mail mail) => mail.State is OutboxState.Failed or OutboxState.Kept || (mail.State == OutboxState.Waiting && mail.Error is not null);

    protected override async Task<IActionResult> ShowAsync()
    {
        var mails = await list.HandleAsync(TroubledOnly, Rows + 1, Request.Query["after"].ToString() is { Length: > 0 } after ? after : null, Ct);
        Mails = [.. mails.Take(Rows)];
        Next = mails.Count > Rows ? mails[Rows - 1].Id : null;
        return Page();
    }
}
