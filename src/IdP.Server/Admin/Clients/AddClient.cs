using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Verification.SignIn;

namespace IdP.Server.Admin.Clients;

/// <summary>Registers an application.</summary>
internal sealed class AddClient(Catalog catalog, PasswordHasher hasher, RandomSource random, TimeProvider clock)
{
    /// <param name="Secret">One that the admin chose; null: one is made where the client needs one.</param>
    public sealed record Request(string ClientId, ClientPatch Properties, string? Secret, string Reason);

    public abstract record Outcome
    {
        /// <param name="Secret">The one that was made, to be shown once; null when none was.</param>
        public sealed record Added(string? Secret) : Outcome
        {
            public override string ToString() => "Added(redacted)";
        }

        public sealed record ClientIdTaken : Outcome;
    }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator()
        {
            RuleFor(r => r.Secret).Custom((secret, context) =>
            {
                if (secret is not null && ClientSecrets.Problem(secret) is { } problem) context.AddFailure("clientSecret", problem);
            });
            RuleFor(r => r.Reason).IsReason();
        }
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.ClientsWrite);
        await new Validator().ValidateAndThrowAsync(request, ct);
        var now = clock.GetUtcNow();
        var (client, policy) = Create(request.ClientId, request.Properties, now);
        var registration = new ClientRegistration(client, policy, request.Secret is not null);
        // One that is made counts as there: whether it is needed is known only now.
        var made = registration.UsesSecret && client.Type == ClientType.Confidential && request.Secret is null ? Handle.New(random) : null;
        await new ClientRegistration.Validator().ValidateAndThrowAsync(registration with { HasSecret = registration.HasSecret || made is not null }, ct);

        var secret = made is not null ? ClientSecrets.Keep(client.ClientId, made, random, now)
            : request.Secret is not null ? ClientSecrets.New(client.ClientId, ClientSecrets.HashGiven(request.Secret, hasher), random, now)
            : null;
        return await catalog.ChangeAsync<Outcome>(async db =>
        {
            if (await db.Clients.FindAsync([client.ClientId], ct) is not null) return new Outcome.ClientIdTaken();
            db.Clients.Add(client);
            db.ResourcePolicies.Add(policy);
            if (secret is not null) db.ClientSecrets.Add(secret);
            db.Audit(ResourceKind.Client + ":" + client.ClientId, AuditEvents.ClientCreated, actor, request.Reason, Describe(client, policy), now);
            return new Outcome.Added(made);
        }, ct);
    }

    /// <summary>A new registration: the defaults, and what was given.</summary>
    public static (Client Client, ResourcePolicyRow Policy) Create(string clientId, ClientPatch properties, DateTimeOffset now)
    {
        var client = new Client { ClientId = clientId, DisplayName = clientId, CreatedAt = now, UpdatedAt = now };
        var policy = StoredClients.NewPolicy(clientId);
        properties.ApplyTo(client, policy, now);
        // It is as it began: there was no other policy that a browser could have been remembered under.
        policy.ChangedAt = null;
        return (client, policy);
    }

    public static string Describe(Client client, ResourcePolicyRow policy) =>
        $"{client.DisplayName}, {ChangeList.Words(client.Type)}, {string.Join(' ', client.GrantTypes)}, identityVerification {ChangeList.Words(policy.Mode)}";
}
