using System.Net;
using System.Text.Json;
using IdP.Storage;
using IdP.Testing;
using IdP.Tests.Server.Journeys;

namespace IdP.Tests.Server.Console;

/// <summary>The one-time link of the first owner, at its page.</summary>
internal sealed class SetupLinkTests() : ServerFixture(TestDatabaseKind.Sqlite)
{
    protected override IEnumerable<object> People => [Person("plain")];

    protected override IEnumerable<object> Apps => [];

    [TearDown]
    public Task Nobody_is_owner_any_more() => ExecuteAsync("UPDATE users SET roles = '[]'");

    [Test]
    public async Task It_works_once_even_when_its_owner_is_gone()
    {
        var link = await LinkAsync();
        var next = await BecomeAsync(link, "once");
        Assert.That(next.Uri.AbsolutePath, Is.EqualTo("/signin"));
        Assert.That(next.Page.Body!.TextContent, Does.Contain("Your account was created."));
        await Nobody_is_owner_any_more();

        await ExpectDeadAsync(link, "again");
    }

    [Test]
    public async Task It_opens_nothing_once_somebody_else_is_owner()
    {
        var (one, other) = (await LinkAsync(), await LinkAsync());
        await BecomeAsync(one, "quick");

        await ExpectDeadAsync(other, "slow");
        Assert.That((await Server.CommandAsync("setup-link")).ExitCode, Is.EqualTo(1), "Nor is another one made.");
    }

    [Test]
    public async Task A_name_that_is_taken_does_not_use_it_up()
    {
        var link = await LinkAsync();

        Assert.That((await BecomeAsync(link, "plain")).Body, Does.Contain("That username or email address is taken."));
        Assert.That((await BecomeAsync(link, "free")).Uri.AbsolutePath, Is.EqualTo("/signin"));
    }

    [Test]
    public async Task It_ends_after_a_quarter_of_an_hour()
    {
        var link = await LinkAsync();
        await ExecuteAsync("UPDATE one_time_links SET expires_at = expires_at - @p0", (long)TimeSpan.FromMinutes(15).TotalMilliseconds);

        await ExpectDeadAsync(link, "late");
    }

    [Test]
    public async Task A_link_that_was_mailed_for_a_new_password_is_none()
    {
        await ExecuteAsync("INSERT INTO one_time_links (hash, purpose, user_id, expires_at) SELECT @p0, 'password_reset', id, @p1 FROM users WHERE user_name = 'plain'",
            Handle.HashOf("mailed"), DateTimeOffset.UtcNow.AddHours(1));

        await ExpectDeadAsync(new Uri(Server.Issuer, "setup?link=mailed"), "mallory");
    }

    private async Task<Uri> LinkAsync() => new(JsonDocument.Parse(await CommandAsync("setup-link", "--json")).RootElement.GetProperty("url").GetString()!);

    // The page without its form, and the form that was sent all the same.
    private async Task ExpectDeadAsync(Uri link, string name)
    {
        using var browser = new UserAgent();
        var page = await browser.GetAsync(link);
        Assert.That((page.Status, page.Page.QuerySelector("[name=username]")), Is.EqualTo((HttpStatusCode.BadRequest, (object?)null)), $"{page}");

        var form = await browser.GetAsync(new Uri(Server.Issuer, "signin"));
        var sent = await browser.PostAsync(link, Fields(name).Append(new("__RequestVerificationToken", form.Page.QuerySelector("[name=__RequestVerificationToken]")!.GetAttribute("value")!)));
        Assert.That(sent.Status, Is.EqualTo(HttpStatusCode.BadRequest), $"{sent}");
        Assert.That((await Server.CommandAsync("users", "show", name)).ExitCode, Is.EqualTo(1), "Nobody was made.");
    }

    private static async Task<Exchange> BecomeAsync(Uri link, string name)
    {
        using var browser = new UserAgent();
        return await browser.FollowAsync(await browser.SubmitAsync(await browser.GetAsync(link), Fields(name)));
    }

    private static Dictionary<string, string> Fields(string name) =>
        new() { ["username"] = name, ["display_name"] = name, ["password"] = Password, ["password_again"] = Password };
}
