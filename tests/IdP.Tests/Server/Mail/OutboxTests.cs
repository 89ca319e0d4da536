using IdP.Server.Admin.Mails;
using IdP.Server.Mail;
using IdP.Storage.Outbox;
using IdP.Testing;
using IdP.Verification.SignIn;

namespace IdP.Tests.Server.Mail;

/// <summary>What becomes of a mail when the server does not take it.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class OutboxTests(TestDatabaseKind kind) : MailFixture(kind)
{
    [Test]
    public async Task A_mail_is_tried_again_later_and_later_until_it_is_given_up_and_an_admin_retries_it()
    {
        Sink.Refuses = true;
        await AddPersonAsync("maya");
        await RequireAsync("maya", 7);
        await DeliverAsync();
        var tries = 1;
        for (var minute = 0; minute < 300; minute++)
        {
            var before = Sink.Connections;
            Clock.Advance(TimeSpan.FromMinutes(1));
            await Get<MailSender>().RunOnceAsync(Ct);
            tries += Sink.Connections - before;
        }

        var troubled = await Get<ListOutbox>().HandleAsync(troubledOnly: true, Ct);
        Assert.That((tries, troubled.Single().State, troubled.Single().Attempts), Is.EqualTo((MailSender.MostAttempts, OutboxState.Failed, MailSender.MostAttempts)));
        Assert.That(troubled.Single().Error, Does.Contain("Later"));

        Sink.Refuses = false;
        Assert.That(await Get<RetryMail>().HandleAsync(troubled.Single().Id, Actor, Ct), Is.EqualTo(RetryMail.Outcome.Queued));
        Assert.That((await DeliverOneAsync()).To, Is.EqualTo("maya@larkfield.example"));
        Assert.That(await Get<RetryMail>().HandleAsync(troubled.Single().Id, Actor, Ct), Is.EqualTo(RetryMail.Outcome.SentBefore));
    }

    [Test]
    public async Task A_server_that_is_down_is_not_tried_for_every_mail()
    {
        Sink.Refuses = true;
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            await AddPersonAsync(name);
            await RequireAsync(name, 7);
        }

        await DeliverAsync();

        Assert.That(Sink.Connections, Is.EqualTo(3));
        Assert.That((await OutboxAsync()).Select(m => m.State), Has.All.EqualTo(OutboxState.Waiting));
    }

    [TestCase(false, "Sent")]
    [TestCase(true, "Failed")]
    public async Task A_code_is_not_readable_in_the_outbox_once_it_was_sent_or_is_over(bool refuses, string state)
    {
        Sink.Refuses = refuses;
        await AddPersonAsync("maya");
        var person = (await Get<People>().FindAsync((await StoredAsync("maya")).Id))!;
        var message = await Get<MailWriter>().WriteAsync("E10", person, new Dictionary<string, object?> { ["code"] = "493817" }, Ct);
        await Database.WriteAsync(async s =>
        {
            await s.AddMailAsync(message);
            return true;
        });

        var arrived = await DeliverAsync();

        Assert.That(arrived.Select(m => m.Subject), Is.EqualTo(refuses ? [] : new[] { "493817 is your code to set up identity verification" }));
        Clock.Advance(TimeSpan.FromMinutes(refuses ? 11 : 0));
        Sink.Refuses = false;
        Assert.That(await DeliverAsync(), Is.Empty, "a code whose time is over is not sent any more");
        var kept = (await OutboxAsync()).Single();
        Assert.That((kept.State.ToString(), $"{kept.Subject}{kept.Text}{kept.Html}"), Is.EqualTo((state, "(removed after it was sent)")));
        Assert.That(await Get<RetryMail>().HandleAsync(kept.Id, Actor, Ct), Is.EqualTo(refuses ? RetryMail.Outcome.WordsGone : RetryMail.Outcome.SentBefore));
    }

    [Test]
    public async Task A_mail_to_somebody_without_an_address_is_kept()
    {
        await AddUserAsync("maya");
        await RequireAsync("maya", 7);

        Assert.That(await DeliverAsync(), Is.Empty);

        var kept = (await OutboxAsync()).Single();
        Assert.That((kept.State, await Get<RetryMail>().HandleAsync(kept.Id, Actor, Ct)), Is.EqualTo((OutboxState.Kept, RetryMail.Outcome.NoAddress)));
    }
}

/// <summary>TLS is demanded but where it is turned off, which the configuration allows for this machine alone.</summary>
internal sealed class MailTlsTests() : MailFixture(TestDatabaseKind.Sqlite)
{
    protected override IReadOnlyDictionary<string, string?> Configuration => new Dictionary<string, string?>(base.Configuration) { ["IdP:Mail:UseTls"] = "true" };

    [Test]
    public async Task Nothing_is_sent_to_a_server_that_speaks_no_tls()
    {
        await AddPersonAsync("maya");
        await RequireAsync("maya", 7);

        Assert.That(await DeliverAsync(), Is.Empty);

        Assert.That((Sink.Connections, Sink.Mails.Count), Is.EqualTo((1, 0)));
        Assert.That((await OutboxAsync()).Single().Error, Does.Contain("secure"));
        Assert.That(await Get<SendTestMail>().HandleAsync("ines@larkfield.example", null, Actor, Ct), Is.TypeOf<SendTestMail.Outcome.NotSent>());
    }

    [Test]
    public void Turning_it_off_for_another_machine_stops_the_start()
    {
        var configuration = new Microsoft.Extensions.Configuration.ConfigurationBuilder();
        Microsoft.Extensions.Configuration.MemoryConfigurationBuilderExtensions.AddInMemoryCollection(
            configuration, new Dictionary<string, string?> { ["IdP:Mail:Host"] = "mail.larkfield.example", ["IdP:Mail:UseTls"] = "false" });

        Assert.That(() => IdP.Server.Hosting.IdPOptionsRules.Read(configuration.Build(), isDevelopment: true),
            Throws.TypeOf<IdP.Server.Hosting.ConfigurationException>().With.Message.Contains("IdP:Mail:UseTls"));
    }
}
