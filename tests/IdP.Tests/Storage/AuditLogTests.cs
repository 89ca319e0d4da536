using IdP.Storage.Audit;
using IdP.Testing;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Storage;

[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class AuditLogTests(TestDatabaseKind kind) : StorageTest(kind)
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [TestCase(false, TestName = "A_long_value_from_outside_is_clipped_on_the_hot_path")]
    [TestCase(true, TestName = "A_long_value_from_outside_is_clipped_with_EF_Core")]
    public async Task A_long_value_is_clipped(bool withEf)
    {
        await AddAsync(Event(new string('r', 600), new string('a', 100), new string('u', 300)), withEf);

        var row = await RowAsync();
        Assert.That((row.Reason!.Length, row.Address!.Length, row.UserAgent!.Length), Is.EqualTo((512, 64, 256)));
    }

    [TestCase(false, TestName = "An_event_is_kept_as_it_was_on_the_hot_path")]
    [TestCase(true, TestName = "An_event_is_kept_as_it_was_with_EF_Core")]
    public async Task An_event_is_kept_as_it_was(bool withEf)
    {
        await AddAsync(Event("line one\r\nINSERT '\"; 😀", null, ""), withEf);

        var row = await RowAsync();
        Assert.That((row.At, row.Event, row.Actor, row.Outcome, row.Reason, row.Address, row.UserAgent),
            Is.EqualTo((Now, AuditEvents.Verified, "user:anna", "success", "line one\r\nINSERT '\"; 😀", (string?)null, "")));
    }

    [Test]
    public async Task It_is_saved_with_the_change_or_not_at_all()
    {
        Assert.That(async () => await Database.WriteAsync<bool>(async s =>
        {
            await s.AuditAsync(Event("r", null, null));
            throw new InvalidOperationException("on purpose");
        }), Throws.InvalidOperationException);

        await using var db = Database.CreateContext();
        Assert.That(await db.AuditEvents.CountAsync(), Is.Zero);
    }

    private static AuditEvent Event(string reason, string? address, string? userAgent) => new()
    {
        At = Now, Event = AuditEvents.Verified, Actor = "user:anna", UserId = "anna", Outcome = "success", Reason = reason, Address = address, UserAgent = userAgent,
    };

    private Task AddAsync(AuditEvent row, bool withEf) => withEf
        ? Database.SaveAsync(db =>
        {
            db.Audit(row);
            return Task.CompletedTask;
        })
        : Database.WriteAsync(async s =>
        {
            await s.AuditAsync(row);
            return true;
        });

    private async Task<AuditEvent> RowAsync()
    {
        await using var db = Database.CreateContext();
        return await db.AuditEvents.SingleAsync();
    }
}
