using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Clients;

namespace IdP.Server.Admin.Clients;

/// <summary>Makes a new secret; the present one stays valid for a while, so that the application can be changed over.</summary>
internal sealed class RotateSecret(Catalog catalog, RandomSource random, TimeProvider clock)
{
    /// <param name="OverlapHours">How long the present secret still works; 0: not at all.</param>
    public sealed record Request(string ClientId, int OverlapHours, string Reason);

    public abstract record Outcome
    {
        /// <param name="Secret">Shown once.</param>
        /// <param name="OldValidUntil">Null when the old one is dead already, or there was none.</param>
        public sealed record Rotated(string Secret, DateTimeOffset? OldValidUntil) : Outcome
        {
            public override string ToString() => "Rotated(redacted)";
        }

        public sealed record NoSuchClient : Outcome;

        /// <summary>The client proves itself without a secret, or not at all.</summary>
        public sealed record UsesNoSecret(string Method) : Outcome;
    }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator()
        {
            RuleFor(r => r.OverlapHours).InclusiveBetween(0, 720).WithMessage(Sentence.Of($"overlap must be from 0 to 720 hours."));
            RuleFor(r => r.Reason).IsReason();
        }
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.ClientsWrite);
        await new Validator().ValidateAndThrowAsync(request, ct);
        return await catalog.ChangeAsync<Outcome>(async db =>
        {
            if (await db.FindClientAsync(request.ClientId, ct) is not { } stored) return new Outcome.NoSuchClient();
            if (!new ClientRegistration(stored.Client, stored.Policy, false).UsesSecret) return new Outcome.UsesNoSecret(stored.Client.TokenEndpointAuthMethod);

            var now = clock.GetUtcNow();
            var until = now.AddHours(request.OverlapHours);
            DateTimeOffset? oldUntil = null;
            foreach (var old in stored.Secrets)
            {
                // An overlap never lengthens the life of a secret that is going already.
                if (old.ExpiresAt is { } end && end < until) oldUntil = end > now && (oldUntil is null || end > oldUntil) ? end : oldUntil;
                else (old.ExpiresAt, oldUntil) = (until, until);
                if (old.ExpiresAt <= now) db.ClientSecrets.Remove(old);
            }

            var secret = Handle.New(random);
            db.ClientSecrets.Add(ClientSecrets.Keep(stored.Client.ClientId, secret, random, now));
            stored.Client.UpdatedAt = now;
            db.Audit(stored.Resource, AuditEvents.ClientChanged, actor, request.Reason, $"secret rotated; old ones valid for {Texts.Count(request.OverlapHours, "hour")}", now);
            return new Outcome.Rotated(secret, oldUntil > now ? oldUntil : null);
        }, ct);
    }
}
