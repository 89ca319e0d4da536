using IdP.Storage.Database;
using IdP.Verification.SignIn;

namespace IdP.Server.Mail;

/// <summary>Mails that hold a code or a link and somebody waits for: they are sent at once, not at the next round.</summary>
internal sealed class CodeMails(IdPDatabase database, MailWriter writer, MailSender sender, AfterAnswer after)
{
    /// <summary>E10; returns when it is stored.</summary>
    public Task SendEnrollmentCodeAsync(Person person, string code, CancellationToken ct) =>
        SendAsync("E10", person, new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = code }, ct);

    /// <summary>E11.</summary>
    public Task SendPasswordLinkAsync(Person person, string handle, DateTimeOffset until, CancellationToken ct) =>
        SendAsync("E11", person, new Dictionary<string, object?>(StringComparer.Ordinal) { ["user"] = person.UserName, ["until"] = until, ["path"] = "/signin/reset?link=" + handle }, ct);

    private async Task SendAsync(string kind, Person person, Dictionary<string, object?> facts, CancellationToken ct)
    {
        var message = await writer.WriteAsync(kind, person, facts, ct);
        await database.WriteAsync(async s =>
        {
            await s.AddMailAsync(message);
            return true;
        });
        after.Add(sender.RunOnceAsync);
    }
}
