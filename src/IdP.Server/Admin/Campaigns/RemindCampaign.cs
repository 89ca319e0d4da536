using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Mail;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Outbox;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Campaigns;

/// <summary>Mails everybody of a campaign whose time runs how much is left (E2), at most once an hour.</summary>
internal sealed class RemindCampaign(IdPDatabase database, CountCampaign count, People people, MailWriter writer, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    public sealed record Request(string Id, string Reason)
    {
        public Action<double>? Progress { get; init; }
    }

    public abstract record Outcome
    {
        public sealed record Reminded(int People) : Outcome;

        /// <summary>They were reminded within the last hour.</summary>
        public sealed record TooSoon(DateTimeOffset Last) : Outcome;

        public sealed record NotRunning : Outcome;
    }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator() =>
            RuleFor(r => r.Reason).IsReason().OverridePropertyName("reason");
    }

    // Who has no address cannot be reached; whoever is turned off or locked could not set anything up.
    private const string Reached = """
        FROM campaign_members m JOIN enrollments e ON e.user_id = m.user_id JOIN users u ON u.id = m.user_id
        WHERE m.campaign_id = @p1 AND (e.deadline + 0) > @p0 AND e.locked_at IS NULL AND e.required_at IS NOT NULL AND u.disabled_at IS NULL AND u.email IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM totp_authenticators t WHERE t.user_id = m.user_id) AND NOT EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = m.user_id)
        """;

    // Of those who are counted, whoever has no address: few, as a rule, and found by the index of addresses.
    private static string Unreached(DatabaseProvider provider) => $"""
        SELECT COUNT(*) FROM users u CROSS JOIN campaign_members m CROSS JOIN {ProgressIndexes.Tables(provider).Enrollments}
        WHERE u.normalized_email IS NULL AND u.disabled_at IS NULL AND m.campaign_id = @p1 AND m.user_id = u.id
            AND e.user_id = u.id AND e.deadline > @p0 AND e.locked_at IS NULL AND e.required_at IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM totp_authenticators t WHERE t.user_id = u.id) AND NOT EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = u.id)
        """;

    // Against an enrollment, an extension or a lock of this moment, one statement decides. A reminder that comes by itself
    // later tells of fewer days.
    private const string Take = """
        UPDATE enrollments SET reminded_days = CASE WHEN reminded_days IS NULL OR reminded_days > @p0 THEN @p0 ELSE reminded_days END
        WHERE user_id = @p1 AND deadline = @p2 AND locked_at IS NULL AND required_at IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM totp_authenticators t WHERE t.user_id = enrollments.user_id)
            AND NOT EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = enrollments.user_id)
        """;

    /// <summary>How many people it would reach now.</summary>
    /// <param name="counted">What was counted at this moment; null: it is counted.</param>
    public async Task<int> CountAsync(string id, int? counted = null)
    {
        var now = clock.GetUtcNow();
        counted ??= (await count.HandleAsync(id, now)).Remindable;
        return counted == 0 ? 0 : counted.Value - await database.ReadAsync(s => s.FirstAsync(Unreached(database.Provider), row => (int)row.GetInt64(0), now, id));
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.CampaignsWrite);
        await new Validator().ValidateAndThrowAsync(request, ct);
        var now = clock.GetUtcNow();
        var due = await database.ReadAsync(s => s.AllAsync($"SELECT m.user_id, e.deadline {Reached}", row => (UserId: row.GetString(0), Deadline: row.Time(1)), now, request.Id));
        if (await ClaimAsync(request, due.Count, actor, now, ct) is { } refused) return refused;

        var (written, looked) = (0, 0);
        foreach (var part in due.Chunk(100))
        {
            var messages = await WriteAsync(part, now, ct);
            written += await database.WriteAsync(async s =>
            {
                var messagesWritten = 0;
                foreach (var (userId, deadline, message) in messages)
                {
                    if (await s.ExecuteAsync(Take, VerificationPolicy.DaysLeft(deadline - now), userId, deadline) != 1) continue;
                    await s.AddMailAsync(message);
                    messagesWritten++;
                }

                return messagesWritten;
            });
            request.Progress?.Invoke((double)(looked += part.Length) / due.Count);
        }

        return new Outcome.Reminded(written);
    }

    private async Task<List<(string UserId, DateTimeOffset Deadline, OutboxMessage Message)>> WriteAsync(
        (string UserId, DateTimeOffset Deadline)[] due, DateTimeOffset now, CancellationToken ct)
    {
        List<(string, DateTimeOffset, OutboxMessage)> messages = [];
        foreach (var (userId, deadline) in due)
        {
            if (await people.FindAsync(userId) is not { } person) continue;
            var facts = new Dictionary<string, object?>(StringComparer.Ordinal) { ["deadline"] = deadline, ["left"] = deadline - now };
            messages.Add((userId, deadline, await writer.WriteAsync("E2", person, facts, ct)));
        }

        return messages;
    }

    // Of two admins at once, and of two presses of one button, one wins.
    private Task<Outcome?> ClaimAsync(Request request, int count, Actor actor, DateTimeOffset now, CancellationToken ct) => database.SaveAsync<Outcome?>(async db =>
    {
        var before = now - Pause;
        var won = await db.Campaigns.Where(c => c.Id == request.Id && c.ClosedAt == null && (c.RemindedAt == null || c.RemindedAt <= before))
            .ExecuteUpdateAsync(c => c.SetProperty(x => x.RemindedAt, now), ct);
        var campaign = await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Id == request.Id && c.ClosedAt == null, ct);
        if (campaign is null) return new Outcome.NotRunning();
        if (won == 0) return new Outcome.TooSoon(campaign.RemindedAt ?? now);
        db.Audit("campaign:" + campaign.Id, AuditEvents.CampaignReminded, actor, request.Reason, $"{campaign.Name}: {Texts.Count(count, "person", "people")}", now);
        return null;
    }, ct);
}
