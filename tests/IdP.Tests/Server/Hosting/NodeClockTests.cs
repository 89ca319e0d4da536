using IdP.Server.Hosting;
using IdP.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace IdP.Tests.Server.Hosting;

/// <summary>A node says when its clock and its database's differ.</summary>
internal sealed class NodeClockTests
{
    [TestCase(TestDatabaseKind.Postgres, 0, null)]
    [TestCase(TestDatabaseKind.Postgres, 60, "seconds ahead of its database's")]
    [TestCase(TestDatabaseKind.Postgres, -60, "seconds behind its database's")]
    [TestCase(TestDatabaseKind.Sqlite, 60, null)]
    public async Task It_says_when_its_clock_and_its_databases_differ(TestDatabaseKind kind, int seconds, string? expected)
    {
        Requires.Database(kind);
        await using var database = await TestDatabase.MigratedAsync(kind);
        await using var opened = database.Open();
        using var node = new NodeClock(opened, new TestClock(DateTimeOffset.UtcNow.AddSeconds(seconds)), NullLogger<NodeClock>.Instance);

        var said = await node.ProblemAsync();

        if (expected is null) Assert.That(said, Is.Null);
        else Assert.That(said, Does.Contain(expected));
    }
}
