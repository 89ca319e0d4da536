using IdP.Storage.Outbox;
using IdP.Testing;
using IdP.Tests.Server.Journeys;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Server.Mail;

/// <summary>A mail server that hangs, seen from a browser.</summary>
internal sealed class MailServerDownTests() : ServerFixture(TestDatabaseKind.Sqlite)
{

    private readonly SmtpSink sink = new() { IsSilent = true };

    protected override IEnumerable<object> People => [Required("maya")];

    protected override IEnumerable<object> Apps => [App("payroll", "required")];

    protected override IReadOnlyDictionary<string, string>? Configuration => new Dictionary<string, string>
    {
        ["IdP__Mail__Host"] = "127.0.0.1", ["IdP__Mail__Port"] = $"{sink.Port}", ["IdP__Mail__UseTls"] = "false", ["IdP__Mail__From"] = "id@larkfield.example",
    };

    [OneTimeTearDown]
    public async Task Stop_the_mail_server() => await sink.DisposeAsync();

    [Test]
    public async Task Nobody_waits_for_it_and_no_mail_is_lost()
    {
        // The first mail, of the seed, hangs already while the person enrols.
        await Eventually.TrueAsync(() => Task.FromResult(sink.Connections > 0), () => Server.Output);
        var journey = await Browser("maya").OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        await journey.EnrollAsync();
        Assert.That(journey.At, Is.EqualTo(Journey.App));

        await Eventually.TrueAsync(async () => (await OutboxAsync()).Select(m => m.Kind).Order().SequenceEqual(["E1", "E4"]), () => Server.Output);

        Assert.That((await OutboxAsync()).Select(m => m.State), Has.All.EqualTo(OutboxState.Waiting));
    }

    private async Task<IReadOnlyList<OutboxMessage>> OutboxAsync()
    {
        await using var database = Database.Open();
        await using var db = database.CreateContext();
        return await db.OutboxMessages.AsNoTracking().ToListAsync();
    }
}
