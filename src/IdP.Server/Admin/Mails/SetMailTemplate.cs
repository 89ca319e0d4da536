using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Mail;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Outbox;

namespace IdP.Server.Admin.Mails;

/// <summary>Changes the words of a mail in one language; they count from the next mail on.</summary>
internal sealed class SetMailTemplate(IdPDatabase database, MailTemplates templates, TimeProvider clock)
{
    /// <param name="Kind">E1, … in any case.</param>
    /// <param name="Language">BCP 47 tag; it may be one in which nothing is shipped.</param>
    /// <param name="Subject">Null: stays.</param>
    /// <param name="Text">Null: stays.</param>
    public sealed record Request(string Kind, string Language, string? Subject, string? Text, string Reason);

    public enum Outcome { Changed, NothingToDo, NoSuchMail, GiveBoth }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator()
        {
            RuleFor(r => r.Language).Must(MailTemplates.IsLanguage).WithMessage("language must be a language tag such as en or de.");
            RuleFor(r => r.Reason).NotEmpty().WithMessage("Say why, for the audit log.").MaximumLength(500);
            RuleFor(r => r).Custom((request, context) =>
            {
                if (MailKinds.Find(request.Kind) is not { } kind) return;
                // What is not given is judged as a word that is always right.
                var words = new MailTemplateText(request.Subject?.Trim() ?? "-", request.Text?.ReplaceLineEndings("\n").Trim() ?? "-");
                foreach (var problem in words.Problems(kind)) context.AddFailure("text", problem);
            });
        }
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.MailWrite);
        await new Validator().ValidateAndThrowAsync(request, ct);
        if (MailKinds.Find(request.Kind) is not { } kind) return Outcome.NoSuchMail;
        var language = MailTemplates.Normalize(request.Language);
        var known = await templates.GetAsync(kind, language, ct);
        // A language of one's own begins with both.
        if ((request.Subject ?? known?.Words.Subject, request.Text ?? known?.Words.Text) is not ({ } subject, { } text)) return Outcome.GiveBoth;
        (subject, text) = (subject.Trim(), text.ReplaceLineEndings("\n").Trim());
        if (known?.Words == new MailTemplateText(subject, text)) return Outcome.NothingToDo;

        return await database.SaveAsync(async db =>
        {
            var now = clock.GetUtcNow();
            var row = await db.MailTemplates.FindAsync([kind.Name, language], ct)
                ?? db.MailTemplates.Add(new MailTemplate { Kind = kind.Name, Language = language, Subject = subject, Text = text }).Entity;
            (row.Subject, row.Text, row.UpdatedAt) = (subject, text, now);
            db.Audit($"mail:{kind.Name}", AuditEvents.MailTemplateChanged, actor, request.Reason, $"template {kind.Name} ({language}) changed; subject: {subject}", now);
            return Outcome.Changed;
        }, ct);
    }
}
