using IdP.Server.Hosting;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Server.Admin.Settings;
using IdP.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace IdP.Tests.Server.Hosting;

/// <summary>What links, signs and removes audit rows while the server runs.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class AuditKeeperTests(TestDatabaseKind kind) : AdminFixture(kind)
{
    [Test]
    public async Task It_links_what_was_written_signs_it_and_removes_what_the_setting_says()
    {
        using var keeper = New();
        await AddUserAsync("anna");
        await AfterAsync(keeper, TimeSpan.Zero);
        Assert.That((await VerifyAsync()).LastCheckpoint!.Sequence, Is.EqualTo(1), "linked and signed");

        await Get<SetSettings>().HandleAsync(new(new() { ["auditRetentionDays"] = 30 }, Reason), Actor, Ct);
        await AddUserAsync("bert");
        await AfterAsync(keeper, TimeSpan.FromSeconds(1));
        var verdict = await VerifyAsync();
        Assert.That((verdict.Rows, verdict.Waiting, verdict.LastCheckpoint!.Sequence), Is.EqualTo((3, 0, 1)), "linked; signing has time");
        await AfterAsync(keeper, TimeSpan.FromMinutes(10));
        Assert.That((await VerifyAsync()).LastCheckpoint!.Sequence, Is.EqualTo(3), "signed");

        await AfterAsync(keeper, TimeSpan.FromDays(30));
        Assert.That((await VerifyAsync()).Begins, Is.Zero, "a day more than thirty");
        await AfterAsync(keeper, TimeSpan.FromDays(1));
        Assert.That(await CountAsync(AuditEvents.AuditRemoved), Is.EqualTo(1));
        await AfterAsync(keeper, TimeSpan.FromDays(1));
        verdict = await VerifyAsync();
        Assert.That((verdict.IsIntact, verdict.Begins, verdict.Rows), Is.EqualTo((true, 3, 1)), "whole from there");
    }

    [Test]
    public async Task When_the_server_stops_nothing_is_left_unlinked_or_unsigned()
    {
        using var keeper = New();
        await keeper.StartAsync(Ct);
        await AddUserAsync("anna");

        await keeper.StopAsync(Ct);

        var verdict = await VerifyAsync();
        Assert.That((verdict.Rows, verdict.Waiting, verdict.LastCheckpoint?.Sequence), Is.EqualTo((1, 0, 1)));
    }

    [Test]
    public async Task It_says_once_that_a_row_was_forged_and_once_that_the_end_was_cut_off()
    {
        using var keeper = New();
        await AddUserAsync("anna");
        await AddUserAsync("bert");
        await AfterAsync(keeper, TimeSpan.Zero);
        await Database.WriteAsync(s => s.ExecuteAsync("DELETE FROM audit_events WHERE id = 2"));
        await Database.WriteAsync(s => s.ExecuteAsync("DELETE FROM audit_links WHERE event_id = 2"));
        await AfterAsync(keeper, TimeSpan.FromMinutes(1));
        Assert.That(await CountAsync(AuditEvents.AuditDamaged), Is.EqualTo(1));

        await AddUserAsync("carl");
        await Database.WriteAsync(s => s.ExecuteAsync("UPDATE audit_events SET outcome = 'denied' WHERE event = 'user.created' AND id > 2"));
        for (var i = 0; i < 3; i++) await AfterAsync(keeper, TimeSpan.FromMinutes(1));

        Assert.That(await CountAsync(AuditEvents.AuditDamaged), Is.EqualTo(2));
    }

    private AuditKeeper New() => new(Get<AuditChain>(), Database, Get<Catalog>(), Clock, NullLogger<AuditKeeper>.Instance);

    private async Task AfterAsync(AuditKeeper keeper, TimeSpan time)
    {
        Clock.Advance(time);
        await keeper.RunOnceAsync(Ct);
    }

    private Task<AuditVerdict> VerifyAsync() => Get<AuditVerifier>().VerifyAsync(null, null, Ct);

    private async Task<int> CountAsync(string name)
    {
        await using var db = Database.CreateContext();
        return await db.AuditEvents.CountAsync(e => e.Event == name);
    }
}
