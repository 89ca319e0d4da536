using System.Text.Json;
using IdP.Testing;

namespace IdP.Tests.Server.Cli;

/// <summary><c>idp groups</c> as it is typed.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class GroupCommandTests(TestDatabaseKind kind)
{
    [Test]
    public async Task A_group_is_added_shown_changed_listed_and_removed()
    {
        await using var database = await TestDatabase.MigratedAsync(kind);
        await using var server = new ServerInProcess(database);

        (await server.CommandAsync("groups", "add", "sales", "--description", "Who sells", "--claim", "department=Sales", "--claim", "roles=[\"seller\"]")).Succeeded();
        Assert.That((await server.CommandAsync("groups", "add", "sales")).Error, Does.StartWith("There is a group sales already. Change it with: idp groups set sales"));
        Assert.That((await server.CommandAsync("groups", "add", "b", "--claim", "iss=x")).Error, Does.StartWith("The claim iss cannot be given: it is the protocol's own."));

        var set = (await server.CommandAsync("groups", "set", "sales", "--claim", "floor=3")).Succeeded();
        Assert.That(set, Does.Contain("claims: +floor -department -roles"));
        var shown = JsonDocument.Parse((await server.CommandAsync("groups", "show", "sales", "--json")).Succeeded()).RootElement;
        Assert.That((shown.GetProperty("description").GetString(), shown.GetProperty("claims").GetRawText().Replace(" ", "").ReplaceLineEndings("")), Is.EqualTo(("Who sells", "{\"floor\":3}")));
        Assert.That((await server.CommandAsync("groups", "list")).Succeeded(), Does.Contain("sales"));

        (await server.CommandAsync("groups", "remove", "sales")).Succeeded();
        var gone = await server.CommandAsync("groups", "show", "sales");
        Assert.That((gone.ExitCode, gone.Error.Trim()), Is.EqualTo((1, "No group sales is registered. See: idp groups list")));
    }
}
