using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.Owners;
using IdP.Server.Mail;
using IdP.Storage;
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
    public sealed record Request(string Kind, string Language, string? Subject, string? Text, string Reason)
    {
        /// <summary>The ETag of the words that the caller saw; null: whatever they are.</summary>
        public string? IfMatch { get; init; }

        /// <summary>A language is added: words that there are in it are left as they are.</summary>
        public bool IsNew { get; init; }
    }

    public enum Outcome { Changed, NothingToDo, NoSuchMail, GiveBoth, ThereAlready }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator()
        {
            RuleFor(r => r.Language).Must(MailTemplates.IsLanguage).WithMessage(Sentence.Of($"language must be a language tag such as en or de."));
            RuleFor(r => r.Reason).IsReason();
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
        if (known is not null && request.IsNew) return Outcome.ThereAlready;
        if (known is not null) ETags.Demand(request.IfMatch, MailApi.Template.Of(known));
        else if (request.IfMatch is not null) throw new StaleException();
        // A language of one's own begins with both.
        if ((request.Subject ?? known?.Words.Subject, request.Text ?? known?.Words.Text) is not ({ } subject, { } text)) return Outcome.GiveBoth;
        var words = new MailTemplateText(subject.Trim(), text.ReplaceLineEndings("\n").Trim());
        if (known?.Words == words) return Outcome.NothingToDo;

        return await database.SaveAsync(async db =>
        {
            // Whoever changed it since it was read above stands before this one.
            if (request.IfMatch is not null || request.IsNew)
            {
                await OwnerSetup.LockAsync(db, ct);
                if ((await db.MailTemplates.FindAsync([kind.Name, language], ct))?.UpdatedAt != known?.UpdatedAt)
                    return request.IsNew ? Outcome.ThereAlready : throw new StaleException();
            }

            await StoreAsync(db, kind, language, words, actor, request.Reason, clock.GetUtcNow(), ct);
            return Outcome.Changed;
        }, ct);
    }

    /// <summary>Stores words that were judged, with the audit event.</summary>
    public static async Task StoreAsync(IdPDbContext db, MailKind kind, string language, MailTemplateText words, Actor actor, string reason, DateTimeOffset now, CancellationToken ct)
    {
        var row = await db.MailTemplates.FindAsync([kind.Name, language], ct)
            ?? db.MailTemplates.Add(new MailTemplate { Kind = kind.Name, Language = language, Subject = words.Subject, Text = words.Text }).Entity;
        (row.Subject, row.Text, row.UpdatedAt) = (words.Subject, words.Text, now);
        db.Audit($"mail:{kind.Name}", AuditEvents.MailTemplateChanged, actor, reason, $"template {kind.Name} ({language}) changed; subject: {words.Subject}", now);
    }
}
