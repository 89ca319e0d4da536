using FluentValidation;
using IdP.Protocol.Tokens;
using IdP.Server.Admin.Access;

namespace IdP.Server.Admin.Keys;

/// <summary>Takes a key out of use at once: what it signed is refused from now on.</summary>
internal sealed class RevokeKey(SigningKeys keys)
{
    public sealed record Request(string Kid, string Reason);

    public enum Outcome { Revoked, NoSuchKey }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator() => RuleFor(r => r.Reason).IsReason();
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.KeysWrite);
        await new Validator().ValidateAndThrowAsync(request, ct);
        return await keys.RevokeAsync(request.Kid, actor.Name, request.Reason) ? Outcome.Revoked : Outcome.NoSuchKey;
    }
}
