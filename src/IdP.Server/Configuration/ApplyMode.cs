using FluentValidation;
using IdP.Server.Admin;

namespace IdP.Server.Configuration;

/// <summary>How a document is applied.</summary>
/// <param name="Actor">Who.</param>
/// <param name="Reason">For the audit log.</param>
/// <param name="KeepPasswords">
/// People who have a password keep it, and whoever is turned off stays so. So at each start: else the document would bring
/// back the password that a person or an admin has changed since, or whom an admin has turned off.
/// </param>
internal sealed record ApplyMode(Actor Actor, string Reason, bool KeepPasswords)
{
    public sealed class Validator : AbstractValidator<ApplyMode>
    {
        public Validator() => RuleFor(m => m.Reason).IsReason();
    }
}
