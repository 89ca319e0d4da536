using IdP.Server.Hosting;
using IdP.Server.Pages;
using IdP.Storage;
using IdP.Storage.Changes;
using IdP.Storage.Outbox;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;

namespace IdP.Server.Mail;

/// <summary>Writes a mail from its template and its facts, in the person's language and time zone. Somebody else saves it.</summary>
internal sealed class MailWriter(MailTemplates templates, Catalog catalog, IdPOptions options, RandomSource random, TimeProvider clock)
{
    /// <param name="kind">One of <see cref="MailKinds"/>.</param>
    /// <param name="person">To whom.</param>
    /// <param name="facts">
    /// By placeholder: a time, a <see cref="Day"/>, a span that is left, names, a number, or a text. What is null leaves
    /// out the line that names it. <c>path</c> is a page of this server that {link} leads to instead of the kind's own.
    /// </param>
    /// <param name="notMe">Handle of the "tell us" link; null: it leads to the contact.</param>
    public async Task<OutboxMessage> WriteAsync(
        string kind, Person person, IReadOnlyDictionary<string, object?> facts, CancellationToken ct, string? notMe = null)
    {
        var found = await templates.FindAsync(MailKinds.Find(kind)!, person.Locale, ct);
        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(person.ZoneInfo ?? options.Branding.TimeZone, out var own) ? own : TimeZoneInfo.Utc;
        var support = SupportContact.Of((await catalog.GetAsync()).Verification.SupportContact);
        var (subject, text, html) = Render(found, person.DisplayName, facts, zone, support, notMe);
        var now = clock.GetUtcNow();
        return new OutboxMessage
        {
            Id = random.NewId(),
            Kind = found.Kind.Name,
            UserId = person.Id.Length > 0 ? person.Id : null,
            To = person.Email,
            Subject = subject,
            Text = text,
            Html = html,
            State = person.Email is null || options.Mail.Host is null ? OutboxState.Kept : OutboxState.Waiting,
            CreatedAt = now,
            NextAttemptAt = now,
        };
    }

    private (string Subject, string Text, string Html) Render(
        MailTemplates.Found found, string name, IReadOnlyDictionary<string, object?> facts, TimeZoneInfo zone, SupportContact support, string? notMe)
    {
        var (language, organisation) = (MailLanguage.Of(found.Language), MailNeutral.Name(options.Branding.Name));
        var values = facts.ToDictionary(fact => fact.Key, fact => language.Write(fact.Value, zone, clock.GetUtcNow()), StringComparer.Ordinal);
        values["name"] = MailNeutral.Name(name);
        values["organisation"] = organisation;
        values["support"] = support.Text is null ? language["administrator"] : MailNeutral.Line(support.Name is null ? support.Text : $"{support.Name}: {support.Text}");
        values["link"] = options.Issuer + (facts.GetValueOrDefault("path") as string ?? found.Kind.Path);
        values["tell_us"] = MailLinks.TellUs(options.Issuer, notMe);

        var subject = string.Concat((MailBody.Fill(found.Words.Subject, values) ?? []).Select(MailBody.Plain));
        subject = MailNeutral.Clip(MailNeutral.Line(subject is [var first, .. var rest] ? char.ToUpperInvariant(first) + rest : organisation), MailTemplateText.LongestSubject);
        var (never, questions) = (language["never"], language["questions"].Replace("SUPPORT", values["support"], StringComparison.Ordinal));
        var body = new MailBody(found.Words.Text, values);
        var html = $"""
            <!doctype html>
            <html lang="{MailBody.Encode(found.Language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>{MailBody.Encode(subject)}</title></head>
            <body style="margin:0;padding:24px 12px;background:#f5f5f1;color:#1b211f;font:16px/1.5 -apple-system,'Segoe UI',Roboto,'Noto Sans',Helvetica,Arial,sans-serif">
            <div role="article" aria-label="{MailBody.Encode(language["message_from"].Replace("ORGANISATION", organisation, StringComparison.Ordinal))}" style="max-width:560px;margin:0 auto;background:#ffffff;border:1px solid #dddcd5;border-radius:14px;padding:32px">
            <p style="margin:0 0 20px;font-weight:bold">{MailBody.Encode(organisation)}</p>
            <h1 style="margin:0 0 12px;font-size:24px;line-height:1.25">{MailBody.Encode(subject)}</h1>
            {body.Html()}<p style="margin:0;font-size:14px;color:#545c58">{MailBody.Encode(never)} {MailBody.Encode(questions)}</p>
            </div></body></html>
            """;
        return (subject, $"{body.Text}\n\n{never}\n{questions}\n", html);
    }
}
