using System.Data.Common;
using IdP.Server.Hosting;
using IdP.Storage.Changes;
using IdP.Storage.Database;

namespace IdP.Server.Admin.Diagnosis;

/// <summary>Looks at everything that stops a server from being safe or from working, and says what to do. It changes nothing.</summary>
internal sealed class Doctor(IdPDatabase database, Catalog catalog, IdPOptions options, TimeProvider clock, IServiceProvider services)
{
    /// <param name="configuration">For where the server listens.</param>
    /// <param name="progress">Is told the part that is done.</param>
    public async Task<IReadOnlyList<Check>> HandleAsync(IConfiguration configuration, bool isDevelopment, Action<double>? progress, CancellationToken ct)
    {
        List<Check> found = [];
        var stored = await OfDatabaseAsync();
        (string Name, Func<Task<IEnumerable<Check>>> Look)[] parts =
        [
            ("issuer", () => Task.FromResult(HostChecks.Issuer(options, isDevelopment))),
            ("keys at rest", () => Task.FromResult(HostChecks.MasterKey(services, options, isDevelopment))),
            ("proxy", () => Task.FromResult(HostChecks.Proxy(options, configuration, isDevelopment))),
            ("mail", () => MailCheck.LookAsync(options.Mail, isDevelopment, ct)),
        ];
        // What is in the database can be looked at only when it can be read.
        if (stored.All(c => c.State != CheckState.Problem)) parts = [.. parts, .. OfWhatIsStored()];
        found.AddRange(stored);
        foreach (var (i, (name, look)) in parts.Index())
        {
            found.AddRange(await SafelyAsync(name, look));
            progress?.Invoke((i + 1.0) / parts.Length);
        }

        return found;
    }

    private (string, Func<Task<IEnumerable<Check>>>)[] OfWhatIsStored() =>
    [
        ("clock", async () => await ActivatorUtilities.CreateInstance<NodeClock>(services).ProblemAsync() is { } off
            ? [Check.Problem("clock", off, "Let chrony or systemd-timesyncd keep the time: codes of authenticator apps are right or wrong by it.")]
            : [Check.Ok("clock", "The clock agrees with the database's.")]),
        ("signing keys", async () => KeyChecks.Look(await catalog.GetAsync(), options.Tokens, clock.GetUtcNow())),
        ("owners", () => OwnerChecks.LookAsync(database, clock.GetUtcNow())),
        ("clients", async () => ClientChecks.Clients(await catalog.GetAsync(), clock.GetUtcNow())),
        ("policies", () => ClientChecks.PoliciesAsync(catalog, database)),
        ("settings", async () => ClientChecks.Settings(await catalog.GetAsync())),
        ("outbox", () => MailCheck.OutboxAsync(database)),
    ];

    private async Task<IReadOnlyList<Check>> OfDatabaseAsync() => [.. await SafelyAsync("database", () => DatabaseChecks.LookAsync(database))];

    private static async Task<IEnumerable<Check>> SafelyAsync(string name, Func<Task<IEnumerable<Check>>> look)
    {
        try
        {
            return [.. await look()];
        }
        catch (Exception failed) when (failed is DbException or InvalidOperationException or IOException or UnauthorizedAccessException or ConfigurationException)
        {
            return [Check.Problem(name, $"It could not be looked at: {failed.Message}", name == "database" ? "See IdP:Database." : "Mend this first.")];
        }
    }
}
