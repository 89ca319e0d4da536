using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Mail;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Mails;

/// <summary>Takes an admin's words away; the shipped ones hold again.</summary>
internal sealed class ResetMailTemplate(IdPDatabase database, TimeProvider clock)
{
    /// <param name="Language">Null: every language.</param>
    public sealed record Request(string Kind, string? Language, string Reason);

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
        return await database.SaveAsync(async db =>
        {
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
