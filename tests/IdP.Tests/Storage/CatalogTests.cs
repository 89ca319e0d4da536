using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Testing;
using IdP.Verification.Decisions;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Storage;

[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class CatalogTests(TestDatabaseKind kind) : StorageTest(kind)
{

    [Test]
    public async Task Ones_own_change_is_read_at_once()
    {
        await using var catalog = new Catalog(Database);
        await catalog.GetAsync();

        for (var i = 0; i < 20; i++)
        {
            await AddClientAsync(catalog, $"c{i}");
            Assert.That((await catalog.GetAsync()).Clients, Does.ContainKey($"c{i}"));
        }
    }

    [Test]
    public async Task A_change_on_another_node_is_seen()
    {
        await using var catalog = new Catalog(Database);
        await catalog.GetAsync();
        await using var node = new IdPDatabase(Options);
        await using var other = new Catalog(node);

        await AddClientAsync(other, "new");

        if (Kind == TestDatabaseKind.Sqlite) Assert.That((await catalog.GetAsync()).Clients, Does.ContainKey("new"));
        await SeesAsync(catalog, "new");
    }

    [Test]
    public async Task Many_nodes_that_change_at_once_all_see_everything()
    {
        await using var one = new Catalog(Database);
        await using var node = new IdPDatabase(Options);
        await using var two = new Catalog(node);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Task.Run(() => AddClientAsync(number % 2 == 0 ? one : two, $"c{number}"))));

        await Eventually.TrueAsync(async () => (await one.GetAsync()).Clients.Count == 20 && (await two.GetAsync()).Clients.Count == 20, () => "20 clients");
    }

    [Test]
    public async Task A_node_whose_listener_was_cut_off_hears_again()
    {
        if (Kind == TestDatabaseKind.Sqlite) Assert.Ignore("Nothing listens there.");
        await using var catalog = new Catalog(Database);
        await catalog.GetAsync();
        await Eventually.TrueAsync(async () => await TerminateListenerAsync() == 1, () => "a listener to cut off");
        await using var node = new IdPDatabase(Options);
        await using var other = new Catalog(node);

        await AddClientAsync(other, "while-deaf");
        await SeesAsync(catalog, "while-deaf");
        await Eventually.TrueAsync(async () => await ListenersAsync() == 1, () => "a new listener");
        await AddClientAsync(other, "later");
        await SeesAsync(catalog, "later");
    }

    [Test]
    public async Task A_change_that_fails_changes_nothing()
    {
        await using var catalog = new Catalog(Database);
        var before = await catalog.GetAsync();

        Assert.That(async () => await catalog.ChangeAsync<bool>(_ => throw new InvalidOperationException("on purpose")), Throws.InvalidOperationException);

        Assert.That((await catalog.GetAsync()).Version, Is.EqualTo(before.Version));
    }

    [Test]
    public async Task Without_a_change_the_snapshot_is_the_same()
    {
        await using var catalog = new Catalog(Database);

        var first = await catalog.GetAsync();

        Assert.That(await catalog.GetAsync(), Is.SameAs(first));
    }

    [Test]
    public async Task What_is_computed_from_a_snapshot_is_computed_once_and_ages_with_it()
    {
        await using var catalog = new Catalog(Database);
        var first = (await catalog.GetAsync()).Derived(_ => new object());
        Assert.That((await catalog.GetAsync()).Derived(_ => new object()), Is.SameAs(first));

        await AddClientAsync(catalog, "new");

        Assert.That((await catalog.GetAsync()).Derived(_ => new object()), Is.Not.SameAs(first));
    }

    [Test]
    public async Task A_policy_and_its_rules_come_back_as_they_were_stored()
    {
        await using var catalog = new Catalog(Database);
        await catalog.ChangeAsync(db => Task.FromResult(db.ResourcePolicies.Add(new ResourcePolicyRow
        {
            Kind = ResourceKind.Client, ResourceId = "payroll", Mode = VerificationMode.Always, ReverifyAfterMinutes = 0, Methods = ["otp"],
            Rules = [new("guests", VerificationMode.Required), new("Bücher, \"x\"", VerificationMode.NotRequired)],
        })));

        var policy = (await catalog.GetAsync()).PolicyOf("payroll");

        Assert.That((policy.Mode, policy.ReverifyAfter), Is.EqualTo((VerificationMode.Always, TimeSpan.Zero)));
        Assert.That(policy.Rules, Is.EqualTo(new PolicyRule[] { new("guests", VerificationMode.Required), new("Bücher, \"x\"", VerificationMode.NotRequired) }));
        Assert.That(policy.Methods, Is.EqualTo(new[] { "otp" }));
    }

    private static Task AddClientAsync(Catalog catalog, string id) =>
        catalog.ChangeAsync(db => Task.FromResult(db.Clients.Add(new Client { ClientId = id, DisplayName = id })));

    private static Task SeesAsync(Catalog catalog, string client) =>
        Eventually.TrueAsync(async () => (await catalog.GetAsync()).Clients.ContainsKey(client), () => client);

    // By the data source's own name: this statement is not among those it finds.
    private ValueTask<long> TerminateListenerAsync() => Database.ReadAsync(s => s.FirstAsync(
        "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()", r => r.GetInt64(0)));

    private ValueTask<long> ListenersAsync() => Database.ReadAsync(s => s.FirstAsync(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()", r => r.GetInt64(0)));
}
