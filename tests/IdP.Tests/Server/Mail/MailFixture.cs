using System.Net;
using System.Text.RegularExpressions;
using IdP.Server.Admin.Users;
using IdP.Server.Mail;
using IdP.Storage.Audit;
using IdP.Storage.Outbox;
using IdP.Testing;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Server.Mail;

/// <summary>The operations with a real mail server of this machine, whose mails a test reads.</summary>
internal abstract partial class MailFixture(TestDatabaseKind kind) : AdminFixture(kind)
{
    protected const string Issuer = "https://id.larkfield.example";

    private SmtpSink? sink;

    protected SmtpSink Sink => sink ??= new SmtpSink();

    protected override IReadOnlyDictionary<string, string?> Configuration => new Dictionary<string, string?>
    {
        ["IdP:Issuer"] = Issuer, ["IdP:Branding:Name"] = "Larkfield", ["IdP:Branding:TimeZone"] = "Europe/Vienna",
        ["IdP:Mail:Host"] = "127.0.0.1", ["IdP:Mail:Port"] = $"{Sink.Port}", ["IdP:Mail:UseTls"] = "false", ["IdP:Mail:From"] = "id@larkfield.example",
    };

    [TearDown]
    public async Task Close_the_mail_server()
    {
        if (sink is not null) await sink.DisposeAsync();
        sink = null;
    }

    protected async Task AddPersonAsync(string name, string? locale = null, string? displayName = null, params string[] roles) => Assert.That(
        await Get<AddUser>().HandleAsync(new(name, new UserPatch { Email = name + "@larkfield.example", DisplayName = displayName ?? name, Locale = locale, Roles = [.. roles] },
            null, MustChangePassword: false, Reason), Seed, Ct), Is.TypeOf<AddUser.Outcome.Added>());

    /// <summary>As a page of the person's would have written it.</summary>
    protected async Task HappenAsync(string name, string what, string? reference = null, string? reason = null)
    {
        var user = await StoredAsync(name);
        await Database.SaveAsync(db =>
        {
            db.Audit(new AuditEvent
            {
                At = Now, Event = what, Actor = "user:" + user.Id, UserId = user.Id, Outcome = "success", Reference = reference, Reason = reason,
                Address = "192.0.2.7", UserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            });
            return Task.CompletedTask;
        });
    }

    /// <summary>Writes and sends what is due.</summary>
    /// <returns>What arrived.</returns>
    protected async Task<IReadOnlyList<CaughtMail>> DeliverAsync()
    {
        var before = Sink.Mails.Count;
        // On PostgreSQL events settle for three seconds.
        Clock.Advance(TimeSpan.FromSeconds(3));
        await Get<MailDispatcher>().RunOnceAsync(Ct);
        await Get<MailSender>().RunOnceAsync(Ct);
        CaughtMail[] arrived = [.. Sink.Mails.Skip(before)];
        foreach (var mail in arrived) Holds(mail);
        return arrived;
    }

    protected async Task<CaughtMail> DeliverOneAsync()
    {
        var arrived = await DeliverAsync();
        Assert.That(arrived, Has.Count.EqualTo(1));
        return arrived[0];
    }

    protected async Task<IReadOnlyList<OutboxMessage>> OutboxAsync()
    {
        await using var db = Database.CreateContext();
        return await db.OutboxMessages.AsNoTracking().OrderBy(m => m.CreatedAt).ToListAsync();
    }

    /// <summary>What holds for every mail: both forms say the same, links lead to the issuer, nothing signs anybody in.</summary>
    protected static void Holds(CaughtMail mail)
    {
        var shown = WebUtility.HtmlDecode(Tags().Replace(mail.Html, " "));
        shown = Spaces().Replace(shown, " ");
        Assert.That(Spaces().Replace(shown, ""), Does.Contain(Spaces().Replace(mail.Subject, "")), "the subject in the HTML");
        foreach (var line in mail.Text.Split('\n').Where(l => l.Length > 0 && !l.StartsWith(Issuer, StringComparison.Ordinal)))
        {
            var words = Spaces().Replace(LinkTarget().Replace(ListMark().Replace(line, ""), "").TrimEnd(':', ' '), "");
            Assert.That(Spaces().Replace(shown, ""), Does.Contain(words), mail.Html);
        }

        var links = Address().Matches(mail.Text + mail.Html).Select(m => m.Value).ToList();
        Assert.That(links, Is.Not.Empty);
        Assert.That(links, Has.All.StartsWith(Issuer + "/"));
        Assert.That(links.Select(l => new Uri(l).Query), Has.All.Not.Contain("token"));
        Assert.That(mail.Text + mail.Subject + mail.Html, Does.Not.Match(@"\{(?!link\})[a-z_]+\}"), "a placeholder that was not filled");
        Assert.That(Address().Matches(mail.Text).Select(m => m.Value).Distinct(), Is.EquivalentTo(Address().Matches(mail.Html).Select(m => m.Value).Distinct()));
        Assert.That(mail.Html, Does.Not.Contain("<img").And.Not.Contain("<script"));
        Assert.That(mail.From, Does.Contain("id@larkfield.example"));
    }

    [GeneratedRegex("<title>.*?</title>|<[^>]*>", RegexOptions.Singleline, 500)]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+", RegexOptions.None, 500)]
    private static partial Regex Spaces();

    [GeneratedRegex(@" \(https?://[^)]*\)", RegexOptions.None, 500)]
    private static partial Regex LinkTarget();

    [GeneratedRegex(@"^(- |[0-9]\. )", RegexOptions.ExplicitCapture, 500)]
    private static partial Regex ListMark();

    [GeneratedRegex(@"https?://[^\s""<>)]+", RegexOptions.None, 500)]
    private static partial Regex Address();
}
