using System.Net;
using IdP.Storage.Enrollments;
using IdP.Testing;
using IdP.Tests.Server.Journeys;

namespace IdP.Tests.Server.Console;

/// <summary>The only owner is locked out: whoever runs the host helps, and nobody else can.</summary>
internal sealed class LastOwnerTests() : ConsoleFixture(TestDatabaseKind.Sqlite)
{
    [Test]
    public async Task The_command_line_brings_a_locked_last_owner_back()
    {
        await TokenAsync(HelpDesk);
        await ExecuteAsync("""
            INSERT INTO attempt_counts (kind, owner, failures, last_at, locked_at, reference)
            SELECT @p0, id, 5, @p1, @p1, 'LK-TEST-22' FROM users WHERE user_name = @p2
            """, AttemptKind.Verification, DateTimeOffset.UtcNow, Owner);
        var browser = Browser(Owner);
        var locked = await browser.SignInAsync(await browser.OpenAsync("admin"));
        Assert.That(locked.Uri.AbsolutePath, Is.EqualTo("/locked"), $"{locked}");
        // A lesser admin cannot: neither open the account nor take it.
        Assert.That((await ApiAsync(HelpDesk, HttpMethod.Post, $"/users/{Owner}/unlock", new { reason = "climb" })).Status, Is.EqualTo(HttpStatusCode.Forbidden).Or.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await Server.CommandAsync("doctor")).Output, Does.Contain($"problem  owner {Owner}: The account is locked."));

        await CommandAsync("users", "unlock", Owner, "--reason", "on the phone");

        browser = Browser(Owner);
        var verified = await browser.VerifyAsync(await browser.SignInAsync(await browser.OpenAsync("admin")));
        Assert.That(verified.Uri.AbsolutePath, Is.EqualTo("/admin"), $"{verified}");

        // The phone is lost, too.
        await CommandAsync("users", "reset", Owner, "--reason", "lost phone");
        browser = Browser(Owner);
        var enroll = await browser.SignInAsync(await browser.OpenAsync("admin"));
        Assert.That(enroll.Uri.AbsolutePath, Is.EqualTo("/enroll"), $"{enroll}");
    }

    [Test]
    public async Task Nobody_takes_the_place_of_the_only_owner_from_the_host_s_document()
    {
        var file = Path.Combine(Server.Folder, "take.json");
        await File.WriteAllTextAsync(file, """{ "users": [ { "username": "olga", "roles": [] } ] }""");

        var result = await Server.CommandAsync("apply", file);

        Assert.That((result.ExitCode, result.Error.Trim()), Is.EqualTo((1, "$.users[0].roles: No owner would be left who can sign in. Leave olga an owner, or make somebody else owner in this document.")));
    }
}
