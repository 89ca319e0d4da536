using FluentValidation;
using IdP.Protocol.Tokens;
using IdP.Server.Admin.Access;

namespace IdP.Server.Admin.Keys;

/// <summary>Announces the next keys; they sign when everybody has had time to see them.</summary>
internal sealed class RotateKeys(SigningKeys keys)
{
    /// <param name="Algorithm">RS256 or ES256; null: each.</param>
    public sealed record Request(string? Algorithm, string Reason);

    public abstract record Outcome
    {
        public sealed record Announced(IReadOnlyList<ListKeys.Key> Keys) : Outcome;

        public sealed record AnnouncedBefore : Outcome;
    }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator()
        {
            RuleFor(r => r.Algorithm).Must(a => a is null || SigningKeys.SupportedAlgorithms.Contains(a))
                .WithMessage(Sentence.Of($"algorithm must be {string.Join(" or ", SigningKeys.SupportedAlgorithms)}."));
            RuleFor(r => r.Reason).IsReason();
        }
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.KeysWrite);
        await new Validator().ValidateAndThrowAsync(request, ct);
        List<ListKeys.Key> made = [];
        foreach (var algorithm in request.Algorithm is { } one ? [one] : SigningKeys.SupportedAlgorithms)
        {
            if (await keys.RotateAsync(algorithm, actor.Name, request.Reason) is { } key) made.Add(ListKeys.Of(key));
        }

        return made.Count > 0 ? new Outcome.Announced(made) : new Outcome.AnnouncedBefore();
    }
}
