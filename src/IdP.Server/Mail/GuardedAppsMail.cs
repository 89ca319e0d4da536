using System.Text.RegularExpressions;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Outbox;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;

namespace IdP.Server.Mail;

/// <summary>
/// E3: tells those who use an application that it asks for identity verification from now on; one mail for all that
/// changed at a time. Nobody is told of an application that they never opened.
/// </summary>
internal sealed partial class GuardedAppsMail(IdPDatabase database, Catalog catalog, MailWriter writer, TimeProvider clock)
{
    // Those with an authorization that lives: they signed in there and may come back.
    private const string UsersOf = $"""
        SELECT {PersonRow.Columns} FROM users u {PersonRow.Joins}
        WHERE u.disabled_at IS NULL AND u.id IN (SELECT a.user_id FROM authorizations a WHERE a.client_id = @p0 AND a.revoked_at IS NULL)
        """;

    /// <summary>The mails that follow changes of policies.</summary>
    public async Task<IReadOnlyList<OutboxMessage>> WriteAsync(IEnumerable<AuditEvent> changes, CancellationToken ct)
    {
        var snapshot = await catalog.GetAsync();
        var told = new Dictionary<string, (Person Person, List<string> Apps, DateTimeOffset When)>(StringComparer.Ordinal);
        foreach (var change in changes.GroupBy(row => row.Resource))
        {
            // Several changes of one application at a time are one: from the first to what holds now.
            if (change.Select(ModeBefore).OfType<VerificationMode>().Cast<VerificationMode?>().FirstOrDefault() is not { } before) continue;
            if (change.Key is not { } resource || !resource.StartsWith(ResourceKind.Client + ":", StringComparison.Ordinal)) continue;
            if (!snapshot.Clients.TryGetValue(resource[(ResourceKind.Client.Length + 1)..], out var client) || client.DisabledAt is not null) continue;

            var policy = snapshot.PolicyOf(client.ClientId);
            foreach (var person in await database.ReadAsync(s => s.AllAsync(UsersOf, row => PersonRow.Read(row), client.ClientId)))
            {
                if (!Asks(policy.ModeFor(person.Groups).Mode, person) || Asks((policy with { Mode = before }).ModeFor(person.Groups).Mode, person)) continue;
                if (!told.TryGetValue(person.Id, out var mail)) told[person.Id] = mail = (person, [], change.Min(row => row.At));
                mail.Apps.Add(client.DisplayName);
            }
        }

        List<OutboxMessage> messages = [];
        foreach (var (person, apps, when) in told.Values)
        {
            var deadline = MailFacts.DeadlineOf(person);
            var kind = person.State.Enrollment is EnrollmentState.Active ? "E3-active" : "E3";
            messages.Add(await writer.WriteAsync(kind, person, new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["when"] = when, ["apps"] = apps.Order(StringComparer.CurrentCulture).ToList(), ["deadline"] = deadline, ["left"] = deadline - clock.GetUtcNow(),
            }, ct));
        }

        return messages;
    }

    private static bool Asks(VerificationMode mode, Person person) => mode switch
    {
        VerificationMode.NotRequired => false,
        VerificationMode.WhenEnrolled => person.State.Enrollment is EnrollmentState.Active,
        _ => true,
    };

    private static VerificationMode? ModeBefore(AuditEvent row) =>
        Mode().Match(row.Reason ?? "") is { Success: true } match && Enum.TryParse<VerificationMode>(match.Groups["mode"].Value, ignoreCase: true, out var mode) ? mode : null;

    // What a change of policy says first; see ClientPatch. The reason an admin gave stands at the end.
    [GeneratedRegex(@"^identityVerification: (?<mode>[a-zA-Z]+) -> [a-zA-Z]+", RegexOptions.ExplicitCapture, 100)]
    private static partial Regex Mode();
}
