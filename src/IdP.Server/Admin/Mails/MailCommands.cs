using System.CommandLine;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Users;
using IdP.Server.Cli;
using IdP.Server.Mail;

namespace IdP.Server.Admin.Mails;

/// <summary><c>idp mail …</c>.</summary>
internal static class MailCommands
{
    public static Command Create(Verbs verbs) => Verbs.Group(
        "mail", "The mails: their words, what was sent, and what could not be.", List(verbs), Show(verbs), Preview(verbs), Set(verbs), Reset(verbs), Outbox(verbs), Retry(verbs), Test(verbs));

    private static Argument<string> Kind() => new("KIND") { Description = "Which mail, such as E1; see: idp mail list" };

    private static Command List(Verbs verbs) => verbs.Verb("list", "Lists the mails there are, in every language.", Right.MailRead, [], async call =>
    {
        var templates = await call.Get<MailTemplates>().AllAsync(call.Ct);
        if (call.Out.IsJson) call.Out.Json(templates.Select(Json));
        else call.Out.Table(["Mail", "Language", "Sent when", "Subject", "Changed"],
            templates.Select(t => new[] { t.Kind.Name, t.Language, t.Kind.When, t.Words.Subject, Call.Time(t.UpdatedAt) }));
        return ExitCode.Done;
    });

    private static Command Show(Verbs verbs)
    {
        var (kind, language) = (Kind(), Verbs.Text("--language", "en when not given."));
        return verbs.Verb("show", "Shows a mail's words, as --text-file takes them, and the placeholders it knows.", Right.MailRead, [kind, language], async call =>
        {
            if (MailKinds.Find(call.Value(kind)) is not { } known) return NoSuch(call, call.Value(kind));
            var tag = call.Value(language) ?? "en";
            if (await call.Get<MailTemplates>().GetAsync(known, tag, call.Ct) is not { } found) return call.Out.Fail($"{known.Name} has no words in {tag}. See: idp mail list");
            if (call.Out.IsJson)
            {
                call.Out.Json(Json(found));
                return ExitCode.Done;
            }

            call.Out.Properties([("Mail", known.Name), ("Language", found.Language), ("Sent when", known.When), ("Placeholders", string.Join(' ', known.Placeholders.Select(p => $"{{{p}}}"))),
                ("Changed", Call.Time(found.UpdatedAt)), ("Subject", found.Words.Subject)]);
            call.Out.Line("");
            foreach (var line in found.Words.Text.Split('\n')) call.Out.Line(line);
            return ExitCode.Done;
        });
    }

    private static Command Preview(Verbs verbs)
    {
        var (kind, language, html) = (Kind(), Verbs.Text("--language", "en when not given."), Verbs.Flag("--html", "The HTML form; into a file, it opens in a browser."));
        return verbs.Verb("preview", "Shows a mail as it would be sent, with made-up facts; nothing is sent.", Right.MailRead, [kind, language, html], async call =>
        {
            var tag = call.Value(language) ?? "en";
            switch (await call.Get<PreviewMail>().HandleAsync(call.Value(kind), tag, call.Ct))
            {
                case PreviewMail.Outcome.NoSuchMail: return NoSuch(call, call.Value(kind));
                case PreviewMail.Outcome.NoSuchLanguage: return call.Out.Fail($"{call.Value(kind)} has no words in {tag}. See: idp mail list");
                case PreviewMail.Outcome.Written { Mail: var mail }:
                    if (call.Out.IsJson) call.Out.Json(new { mail.Kind, mail.Subject, mail.Text, mail.Html });
                    else foreach (var line in (call.Value(html) ? mail.Html : $"{mail.Subject}\n\n{mail.Text}").Split('\n')) call.Out.Line(line);
                    break;
            }

            return ExitCode.Done;
        });
    }

    private static Command Set(Verbs verbs)
    {
        var (kind, reason) = (Kind(), Verbs.Reason());
        var language = Verbs.Text("--language", "en when not given; it may be one that is not shipped.");
        var subject = Verbs.Text("--subject", "The subject; it stays when not given.");
        var file = new FileOption("--text-file", Configuration.SecretSource.LongestText) { Description = "A file with the text; it stays when not given. The HTML form is made from it." };
        return verbs.Verb("set", "Changes a mail's words in one language.", Right.MailWrite, [kind, language, subject, file, reason], async call =>
        {
            var text = call.Value(file);
            if (text is not null && (text = await call.TextAsync(file)) is null) return ExitCode.Refused;

            if (text is null && call.Value(subject) is null) return call.Out.Fail("Give --subject, --text-file or both.", ExitCode.Usage);
            var (name, tag) = (call.Value(kind), call.Value(language) ?? "en");
            var outcome = await call.Get<SetMailTemplate>().HandleAsync(new(name, tag, call.Value(subject), text, call.Value(reason) ?? Call.DefaultReason), call.Actor, call.Ct);
            return outcome switch
            {
                SetMailTemplate.Outcome.NoSuchMail => NoSuch(call, name),
                SetMailTemplate.Outcome.GiveBoth => call.Out.Fail($"{name} has no words in {tag} yet. Give --subject and --text-file."),
                SetMailTemplate.Outcome.NothingToDo => call.Out.Done("Nothing to do.", new { kind = name, language = tag, changed = false }),
                _ => call.Out.Done($"{name} ({tag}) was changed; the next mail says it.", new { kind = name, language = tag, changed = true }),
            };
        });
    }

    private static Command Reset(Verbs verbs)
    {
        var (kind, language, reason) = (Kind(), Verbs.Text("--language", "Every language when not given."), Verbs.Reason());
        return verbs.Verb("reset", "Takes changed words away; the shipped ones hold again.", Right.MailWrite, [kind, language, reason], async call =>
            await call.Get<ResetMailTemplate>().HandleAsync(new(call.Value(kind), call.Value(language), call.Value(reason) ?? Call.DefaultReason), call.Actor, call.Ct) switch
            {
                ResetMailTemplate.Outcome.NoSuchMail => NoSuch(call, call.Value(kind)),
                ResetMailTemplate.Outcome.NothingToDo => call.Out.Done("Nothing to do.", new { kind = call.Value(kind), changed = false }),
                _ => call.Out.Done($"{call.Value(kind)} has its shipped words again.", new { kind = call.Value(kind), changed = true }),
            });
    }

    private static Command Outbox(Verbs verbs)
    {
        var failed = Verbs.Flag("--failed", "Those that were given up, and those that wait after a failure.");
        return verbs.Verb("outbox", "Lists mails with their state, newest first, without their words.", Right.MailRead, [failed], async call =>
        {
            var mails = await call.Get<ListOutbox>().HandleAsync(call.Value(failed), call.Ct);
            if (call.Out.IsJson) call.Out.Json(mails);
            else if (mails.Count == 0) call.Out.Line("No mails.");
            else call.Out.Table(["Id", "Mail", "To", "State", "Tries", "Written", "Next try", "Error", "Subject"],
                mails.Select(m => new[] { m.Id, m.Kind, m.To, ChangeList.Words(m.State), ChangeList.Words(m.Attempts), Call.Time(m.CreatedAt), Call.Time(m.NextAttemptAt), m.Error, m.Subject }));
            return ExitCode.Done;
        });
    }

    private static Command Retry(Verbs verbs)
    {
        var id = new Argument<string>("ID") { Description = "The mail; see: idp mail outbox --failed" };
        return verbs.Verb("retry", "Tries a mail again at once, with all its tries.", Right.MailWrite, [id], async call => await call.Get<RetryMail>().HandleAsync(call.Value(id), call.Actor, call.Ct) switch
        {
            RetryMail.Outcome.NoSuchMail => call.Out.Fail($"There is no mail {call.Value(id)}. See: idp mail outbox"),
            RetryMail.Outcome.SentBefore => call.Out.Fail("It was sent."),
            RetryMail.Outcome.NoAddress => call.Out.Fail("The person had no e-mail address when it was written."),
            RetryMail.Outcome.WordsGone => call.Out.Fail("It held a code, whose time is over."),
            RetryMail.Outcome.NoServer => NoServer(call),
            _ => call.Out.Done("It is tried again at once by the server.", new { id = call.Value(id), queued = true }),
        });
    }

    private static Command Test(Verbs verbs)
    {
        var to = new Option<string>("--to") { Description = "The address.", Required = true };
        var language = Verbs.Text("--language", "In this language.");
        return verbs.Verb("test", "Sends a mail at once and tells what the mail server answered.", Right.MailWrite, [to, language], async call =>
            !UserPatch.IsAddress(call.Value(to)!) ? call.Out.Fail("--to must be an address such as maya@example.com.")
            : call.Value(language) is { } tag && !MailTemplates.IsLanguage(tag) ? call.Out.Fail("--language must be a language tag such as en or de.")
            : await call.Get<SendTestMail>().HandleAsync(call.Value(to)!, call.Value(language), call.Actor, call.Ct) switch
            {
                SendTestMail.Outcome.NoServer => NoServer(call),
                SendTestMail.Outcome.NotSent failed => call.Out.Fail($"The mail server did not take it: {failed.Error} See IdP:Mail."),
                _ => call.Out.Done($"The mail server took it for {call.Value(to)}.", new { to = call.Value(to), sent = true }),
            });
    }

    private static object Json(MailTemplates.Found t) => new
    {
        kind = t.Kind.Name, t.Language, t.Kind.When, placeholders = t.Kind.Placeholders, t.Words.Subject, t.Words.Text, changedAt = t.UpdatedAt,
    };

    private static int NoServer(Call call) => call.Out.Fail("There is no mail server. Set IdP:Mail:Host.");

    private static int NoSuch(Call call, string kind) => call.Out.Fail($"There is no mail {kind}. Mails are {string.Join(", ", MailKinds.All.Select(k => k.Name))}.");
}
