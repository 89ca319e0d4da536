using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FluentValidation;
using IdP.Server.Admin;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Audit;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Users;
using IdP.Testing;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Server.Admin;

/// <summary>Looking up and exporting what was done and decided.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class AuditOperationTests(TestDatabaseKind kind) : AdminFixture(kind)
{
    // Markup, formulas, controls, what turns the reading direction, half a pair, separators.
    private static readonly string[] Hostile =
    [
        "<script>alert(1)</script>", "=HYPERLINK(\"http://evil\",\"x\")", "+1", "-1", "@SUM(A1)", "\tx", "\r\nx", "a\"b,c;d", "\u202ecod.exe", "\u2066x\u2069", "a\u0000b\u001b[31m", "line\nline\u2028x", "\ud800", "＝1", "😀ü", "",
    ];

    [Test]
    public async Task Rows_are_found_by_every_part_of_the_filter_newest_first()
    {
        await AddUserAsync("anna");
        await AddUserAsync("olga", "owner");
        var (anna, olga) = ((await StoredAsync("anna")).Id, (await StoredAsync("olga")).Id);
        await Database.SaveAsync(async db => db.ApiTokens.Add(new ApiToken { Id = "t1", Hash = "h", Name = "ci", UserId = olga, Scopes = [], CreatedAt = Now, ExpiresAt = Now }));
        Clock.Advance(TimeSpan.FromDays(10));
        var start = Now;
        await AuditAsync("sign_in.completed", "user:" + anna, anna, "client:payroll", "success", null, 0);
        await AuditAsync("sign_in.denied", "user:" + anna, anna, "client:payroll", "denied", "LK-7F3Q-29", 1);
        await AuditAsync("sign_in.completed", "anonymous", "gone", "client:notes", "success", null, 2);
        await AuditAsync("user.changed", "token:t1", anna, null, "success", null, 3);
        await AuditAsync("user.changed", "user:" + olga, anna, null, "success", null, 4);
        await AuditAsync("signXout", "user:" + olga, olga, "client:pay%roll", "success", null, 5);
        var all = await ListAsync(new AuditFilter(From: "2026-03-11"));
        Assert.That(all.Select(r => r.At), Is.EqualTo(Enumerable.Range(0, 6).Select(i => start.AddHours(5 - i))));

        Assert.Multiple(async () =>
        {
            Assert.That(await FoundAsync(new(Person: "ANNA", From: "2026-03-11")), Is.EqualTo("4 3 1 0"), "by user name");
            Assert.That(await FoundAsync(new(Person: anna, From: "2026-03-11")), Is.EqualTo("4 3 1 0"), "by id");
            Assert.That(await FoundAsync(new(Person: "gone")), Is.EqualTo("2"), "who was removed");
            Assert.That(await FoundAsync(new(Actor: "olga")), Is.EqualTo("5 4 3"), "with the tokens of the person");
            Assert.That(await FoundAsync(new(Actor: "user:" + olga)), Is.EqualTo("5 4"));
            Assert.That(await FoundAsync(new(Actor: "anonymous")), Is.EqualTo("2"));
            Assert.That(await FoundAsync(new(Event: "sign_in.completed")), Is.EqualTo("2 0"));
            Assert.That(await FoundAsync(new(Event: "sign_*")), Is.EqualTo("2 1 0"), "an underscore is no wildcard");
            Assert.That(await FoundAsync(new(Outcome: "denied")), Is.EqualTo("1"));
            Assert.That(await FoundAsync(new(Resource: "client:payroll")), Is.EqualTo("1 0"));
            Assert.That(await FoundAsync(new(Resource: "client:pay%*")), Is.EqualTo("5"), "nor is a percent sign");
            Assert.That(await FoundAsync(new(Reference: "lk-7f3q-29")), Is.EqualTo("1"));
            Assert.That(await FoundAsync(new(From: "2026-03-11T14:00:00Z", Until: "2026-03-11T16:00:00Z")), Is.EqualTo("3 2"));
            Assert.That(await FoundAsync(new(Until: "2026-03-11", From: "2026-03-11", Person: "anna", Outcome: "success", Event: "user.changed", Actor: "olga")), Is.EqualTo("4 3"));
            Assert.That(await FoundAsync(new(Person: "' OR 1=1 --")), Is.Empty);
        });
        Assert.That((all[2].ActorName, all[2].TokenName, all[2].Username, all[3].Username), Is.EqualTo(("olga", "ci", "anna", (string?)null)));

        var first = await Get<ListAudit>().HandleAsync(new(new(From: "2026-03-11"), 4), Actor, Ct);
        var second = await Get<ListAudit>().HandleAsync(new(new(From: "2026-03-11"), 4, first.Rows[^1].Id), Actor, Ct);
        Assert.That((first.More, second.More), Is.EqualTo((true, false)));
        Assert.That(first.Rows.Concat(second.Rows), Is.EqualTo(all));
    }

    [TestCase("outcome", "maybe")]
    [TestCase("event", "sign_in.nothing")]
    [TestCase("event", "nothing*")]
    [TestCase("from", "yesterday")]
    [TestCase("from", "2026-02-30")]
    [TestCase("until", "9999-12-31")]
    [TestCase("until", "28.11.2026")]
    public void A_part_that_cannot_be_used_is_refused(string name, string value) =>
        Assert.That(async () => await ListAsync(AuditFilter.Read(part => part == name ? value : null)),
            Throws.TypeOf<ValidationException>().With.Property("Errors").One.With.Property("PropertyName").EqualTo(name));

    [Test]
    public void Who_may_not_read_the_log_neither_lists_nor_exports_nor_verifies()
    {
        var lesser = new Actor("user:hanna") { Rights = Rights.Of(["helpDesk", "clientAdmin"]) };

        Assert.That(async () => await Get<ListAudit>().HandleAsync(new(new(), 1), lesser, Ct), Throws.TypeOf<ForbiddenException>());
        Assert.That(async () => await Get<ExportAudit>().HandleAsync(new(new(), AuditFormat.Csv), lesser, Ct), Throws.TypeOf<ForbiddenException>());
        Assert.That(async () => await Get<VerifyAudit>().HandleAsync(new(), lesser, Ct), Throws.TypeOf<ForbiddenException>());
    }

    [Test]
    public async Task An_export_as_JSON_lines_has_every_value_as_it_is_stored()
    {
        await HostileAsync();

        var lines = (await ExportAsync(AuditFormat.Jsonl)).TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();

        await using var db = Database.CreateContext();
        var stored = await db.AuditEvents.AsNoTracking().OrderBy(e => e.Id).Where(e => e.Event == "sign_out").ToListAsync();
        Assert.That(lines.Select(l => l.GetProperty("reason").GetString()), Is.EqualTo(stored.Select(e => e.Reason)));
        Assert.That(lines.Select(l => l.GetProperty("userAgent").GetString()), Is.EqualTo(stored.Select(e => e.UserAgent)));
        Assert.That(stored[0].Reason, Is.EqualTo(Hostile[0]));
        Assert.That(lines[0].GetProperty("at").GetDateTimeOffset(), Is.EqualTo(stored[0].At));
    }

    [Test]
    public async Task An_export_as_CSV_holds_nothing_that_acts()
    {
        await HostileAsync();

        var text = await ExportAsync(AuditFormat.Csv);

        var lines = text.TrimEnd().Split("\r\n");
        Assert.That(lines, Has.Length.EqualTo(Hostile.Length + 1));
        Assert.That(lines[0], Does.StartWith("\"id\",\"at\",\"event\",\"outcome\",\"actor\""));
        var reasons = lines.Skip(1).Select(line => Fields(line)[10]).ToList();
        Assert.That(reasons, Is.EqualTo(new[]
        {
            "<script>alert(1)</script>", "'=HYPERLINK(\"http://evil\",\"x\")", "'+1", "'-1", "'@SUM(A1)", @"'\u0009x", @"'\u000d\u000ax", "a\"b,c;d", @"\u202ecod.exe", @"\u2066x\u2069",
            "a\ufffdb\\u001b[31m", @"line\u000aline\u2028x", "\ufffd", "'＝1", "😀ü", "",
        }));
        Assert.That(text.Replace("\r\n", "").Where(c => char.IsControl(c) || c is '\u202e' or '\u2066'), Is.Empty);
    }

    [Test]
    public async Task An_export_is_audited_with_its_filter()
    {
        await HostileAsync();

        await ExportAsync(AuditFormat.Csv);

        var row = (await ListAsync(new(Event: AuditEvents.AuditExported))).Single();
        Assert.That((row.Actor, row.Reason), Is.EqualTo((Actor.Name, "As csv: event=sign_out")));
    }

    private async Task HostileAsync()
    {
        foreach (var text in Hostile)
        {
            await Database.SaveAsync(db =>
            {
                db.Audit(new AuditEvent { At = Now, Event = "sign_out", Actor = "user:anna", UserId = "anna", Outcome = "success", Reason = text, UserAgent = text });
                return Task.CompletedTask;
            });
        }
    }

    private async Task<string> ExportAsync(AuditFormat format)
    {
        using var stream = new MemoryStream();
        var write = await Get<ExportAudit>().HandleAsync(new(new(Event: "sign_out"), format), Actor, Ct);
        Assert.That(await write(stream, Ct), Is.EqualTo(Hostile.Length));
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    // RFC 4180: every field is quoted here.
    private static List<string> Fields(string line) => [.. Regex.Matches(line, "\"((?:[^\"]|\"\")*)\"").Select(field => field.Groups[1].Value.Replace("\"\"", "\"", StringComparison.Ordinal))];

    private Task AuditAsync(string name, string actor, string? userId, string? resource, string outcome, string? reference, int hours) => Database.WriteAsync(async s =>
    {
        await s.AuditAsync(new AuditEvent { At = Now.AddHours(hours), Event = name, Actor = actor, UserId = userId, Resource = resource, Outcome = outcome, Reference = reference });
        return true;
    });

    private async Task<IReadOnlyList<ListAudit.Row>> ListAsync(AuditFilter filter) => (await Get<ListAudit>().HandleAsync(new(filter, 100), Actor, Ct)).Rows;

    // The hours of what was found, in its order.
    private async Task<string> FoundAsync(AuditFilter filter)
    {
        var start = new DateTimeOffset(2026, 3, 11, 12, 0, 0, TimeSpan.Zero);
        return string.Join(' ', (await ListAsync(filter)).Where(r => r.At >= start).Select(r => (r.At - start).TotalHours));
    }
}
