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
/// E3: tells those who use an application, or the portal, that it asks for identity verification from now on; one mail for
/// all that changed at a time. Nobody is told of an application that they never opened.
/// </summary>
internal sealed partial class GuardedAppsMail(IdPDatabase database, Catalog catalog, MailWriter writer, TimeProvider clock)
{
    // Those with an authorization that lives: they signed in there and may come back.
    private const string UsersOf = $"""
        SELECT {PersonRow.Columns} FROM users u {PersonRow.Joins}
        WHERE u.disabled_at IS NULL AND u.id IN (SELECT a.user_id FROM authorizations a WHERE a.client_id = @p0 AND a.revoked_at IS NULL)
        """;

    // Everybody's page here, so whoever ever signed in.
    private const string UsersOfThePortal = $"""
        SELECT {PersonRow.Columns} FROM users u {PersonRow.Joins} WHERE u.disabled_at IS NULL AND u.last_sign_in_at IS NOT NULL
        """;

    /// <summary>What changed, and who is told.</summary>
    /// <param name="Before">As it was: several changes at a time are one, from the first to what holds now.</param>
    /// <param name="App">The application's name; null: the portal.</param>
    private sealed record Changed(ResourcePolicy Policy, VerificationMode Before, string? App, DateTimeOffset When);

    /// <summary>The mails that follow changes of policies, and of the portal's mode, which is a setting.</summary>
    public async Task<IReadOnlyList<OutboxMessage>> WriteAsync(IEnumerable<AuditEvent> changes, CancellationToken ct)
    {
        var snapshot = await catalog.GetAsync();
        var told = new Dictionary<string, (Person Person, List<string> Apps, bool Portal, DateTimeOffset When)>(StringComparer.Ordinal);
        foreach (var change in changes.GroupBy(row => row.Resource).Select(rows => Find(rows, snapshot)).OfType<Changed>())
        {
            var users = await database.ReadAsync(s => change.App is null
                ? s.AllAsync(UsersOfThePortal, row => PersonRow.Read(row))
                : s.AllAsync(UsersOf, row => PersonRow.Read(row), change.Policy.ResourceId));
            foreach (var person in users)
            {
                // The rules for groups count as at the sign-in: whom a rule asks, or spares, before and after, hears nothing.
                if (!Asks(change.Policy.ModeFor(person.Groups).Mode, person) || Asks((change.Policy with { Mode = change.Before }).ModeFor(person.Groups).Mode, person)) continue;
                var (_, apps, portal, when) = told.TryGetValue(person.Id, out var mail) ? mail : (person, [], false, change.When);
                if (change.App is not null) apps.Add(change.App);
                told[person.Id] = (person, apps, portal || change.App is null, change.When < when ? change.When : when);
            }
        }

        List<OutboxMessage> messages = [];
        foreach (var (person, apps, portal, when) in told.Values)
        {
            var deadline = MailFacts.DeadlineOf(person);
            var kind = person.State.Enrollment is EnrollmentState.Active ? "E3-active" : "E3";
            messages.Add(await writer.WriteAsync(kind, person, new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["when"] = when, ["apps"] = new AppNames([.. apps.Order(StringComparer.CurrentCulture)], portal), ["deadline"] = deadline, ["left"] = deadline - clock.GetUtcNow(),
            }, ct));
        }

        return messages;
    }

    private static Changed? Find(IGrouping<string?, AuditEvent> rows, CatalogSnapshot snapshot)
    {
        if (rows.Select(ModeBefore).OfType<VerificationMode>().Cast<VerificationMode?>().FirstOrDefault() is not { } before || rows.Key is not { } resource) return null;
        var when = rows.Min(row => row.At);
        if (resource == "settings") return new(snapshot.PortalPolicy, before, null, when);
        return resource.StartsWith(ResourceKind.Client + ":", StringComparison.Ordinal)
            && snapshot.Clients.TryGetValue(resource[(ResourceKind.Client.Length + 1)..], out var client) && client.DisabledAt is null
            ? new(snapshot.PolicyOf(client.ClientId), before, client.DisplayName, when)
            : null;
    }

    private static bool Asks(VerificationMode mode, Person person) => mode switch
    {
        VerificationMode.NotRequired => false,
        VerificationMode.WhenEnrolled => person.State.Enrollment is EnrollmentState.Active,
        _ => true,
    };

    private static VerificationMode? ModeBefore(AuditEvent row) =>
        (row.Event == AuditEvents.SettingChanged ? PortalMode() : Mode()).Match(row.Reason ?? "") is { Success: true } match
        && Enum.TryParse<VerificationMode>(match.Groups["mode"].Value, ignoreCase: true, out var mode) ? mode : null;

    // What a change of policy says first; see ClientPatch. The reason an admin gave stands at the end.
    [GeneratedRegex(@"^identityVerification: (?<mode>[a-zA-Z]+) -> [a-zA-Z]+", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Mode();

    // One of the changes that an event of the settings lists; see SetSettings.
    [GeneratedRegex(@"(^|; )portalIdentityVerification: (?<mode>[a-zA-Z]+) -> [a-zA-Z]+", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex PortalMode();
}
