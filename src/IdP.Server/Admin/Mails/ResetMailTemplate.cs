using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.Owners;
using IdP.Server.Mail;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Mails;

/// <summary>Takes an admin's words away; the shipped ones hold again.</summary>
internal sealed class ResetMailTemplate(IdPDatabase database, MailTemplates templates, TimeProvider clock)
{
    /// <param name="Language">Null: every language.</param>
    public sealed record Request(string Kind, string? Language, string Reason)
    {
        /// <summary>The ETag of the words that the caller saw, of one language; null: whatever they are.</summary>
        public string? IfMatch { get; init; }
    }

    public enum Outcome { Reset, NothingToDo, NoSuchMail }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator() => RuleFor(r => r.Reason).IsReason();
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.MailWrite);
        await new Validator().ValidateAndThrowAsync(request, ct);
        if (MailKinds.Find(request.Kind) is not { } kind) return Outcome.NoSuchMail;
        var language = request.Language is null ? null : MailTemplates.Normalize(request.Language);
        var known = language is null || request.IfMatch is null ? null : await templates.GetAsync(kind, language, ct);
        if (known is not null) ETags.Demand(request.IfMatch, MailApi.Template.Of(known));
        else if (request.IfMatch is not null) throw new StaleException();
        return await database.SaveAsync(async db =>
        {
            // Whoever changed it since it was read above stands before this one.
            if (known is not null)
            {
                await OwnerSetup.LockAsync(db, ct);
                if ((await db.MailTemplates.AsNoTracking().FirstOrDefaultAsync(t => t.Kind == kind.Name && t.Language == language, ct))?.UpdatedAt != known.UpdatedAt) throw new StaleException();
            }

            var gone = await db.MailTemplates.Where(t => t.Kind == kind.Name && (language == null || t.Language == language)).ExecuteDeleteAsync(ct);
            if (gone == 0) return Outcome.NothingToDo;
            db.Audit($"mail:{kind.Name}", AuditEvents.MailTemplateChanged, actor, request.Reason,
                Describe(kind, language), clock.GetUtcNow());
            return Outcome.Reset;
        }, ct);
    }

    /// <param name="kind">Which mail.</param>
    /// <param name="language">Null: every language.</param>
    public static string Describe(MailKind kind, string? language) => $"template {kind.Name} ({language ?? "every language"}) is the shipped one again";
}
