using IdP.Server.Admin.Access;
using IdP.Server.Admin.Users;
using IdP.Storage;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Users;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Campaigns;

/// <summary>Who is added to a campaign: people named one by one, and everybody who is in a group now.</summary>
internal sealed record Chosen(IReadOnlyList<string>? Users, string? Group);

/// <summary>What became of the people who were chosen.</summary>
internal sealed record Added
{
    /// <summary>A period until the campaign's deadline began; each gets a mail.</summary>
    public int Required { get; set; }

    /// <summary>Has set it up already.</summary>
    public int Enrolled { get; set; }

    /// <summary>It was required before, with a deadline of their own, which is kept.</summary>
    public int Kept { get; set; }

    /// <summary>The period was over already; adding somebody opens nothing.</summary>
    public int Late { get; set; }

    /// <summary>Was in the campaign already.</summary>
    public int Before { get; set; }

    /// <summary>Left out: the account is turned off.</summary>
    public int Disabled { get; set; }

    /// <summary>Left out: has an admin role, and only an owner acts on those.</summary>
    public int OnlyOwner { get; set; }

    public int Members => Required + Enrolled + Kept + Late;
}

/// <summary>Puts people into campaigns, some hundreds in each transaction.</summary>
internal sealed class Members(IdPDatabase database, TimeProvider clock)
{
    private const int Batch = 250;

    /// <summary>Finds the ids of those who were chosen.</summary>
    /// <returns>The ids, and the names that nobody has.</returns>
    public async Task<(IReadOnlyList<string> Ids, IReadOnlyList<string> Unknown)> FindAsync(Chosen chosen)
    {
        HashSet<string> ids = new(StringComparer.Ordinal);
        List<string> unknown = [];
        foreach (var part in (chosen.Users ?? []).Select(u => u.Trim()).Where(u => u.Length > 0).Chunk(Batch))
        {
            var found = await database.ReadAsync(async s =>
            {
                var query = new PeopleQuery(default);
                var (names, normalized) = (query.Values(part), query.Values([.. part.Select(UserNames.Normalize)]));
                return await s.AllAsync(
                    $"SELECT id, normalized_user_name, normalized_email FROM users WHERE id IN {names} OR normalized_user_name IN {normalized} OR normalized_email IN {normalized}",
                    row => (Id: row.GetString(0), Name: row.GetString(1), Email: row.NullableString(2)), query.Arguments);
            });
            foreach (var name in part)
            {
                var normal = UserNames.Normalize(name);
                var match = found.Find(f => f.Id == name || f.Name == normal || f.Email == normal);
                if (match.Id is null) unknown.Add(name);
                else ids.Add(match.Id);
            }
        }

        if (chosen.Group is { Length: > 0 } group) ids.UnionWith(await OfGroupAsync(group));
        return ([.. ids], unknown);
    }

    /// <summary>Adds people; of whom nobody demanded verification yet, it is demanded until the campaign's deadline.</summary>
    /// <returns>What became of them; null: the campaign is closed or gone.</returns>
    public async Task<Added?> AddAsync(string campaignId, IReadOnlyList<string> ids, Actor actor, string reason, Action<double>? progress, CancellationToken ct)
    {
        actor.Demand(Right.CampaignsWrite);
        actor.Demand(Right.PeopleSupport);
        var (added, done) = (new Added(), 0);
        foreach (var part in ids.Chunk(Batch))
        {
            var counts = added with { };
            try
            {
                if (!await database.SaveAsync(db => AddAsync(db, campaignId, part, counts, actor, reason, ct), ct)) return null;
            }
            catch (DbUpdateException)
            {
                // Somebody else demanded it of one of them at this moment. What they did is seen now, and the others are not left out.
                counts = added with { };
                if (!await database.SaveAsync(db => AddAsync(db, campaignId, part, counts, actor, reason, ct), ct)) return null;
            }

            added = counts;
            progress?.Invoke((double)(done += part.Length) / ids.Count);
        }

        return added;
    }

    private async Task<bool> AddAsync(IdPDbContext db, string campaignId, string[] ids, Added added, Actor actor, string reason, CancellationToken ct)
    {
        // The row is the lock against closing it at this moment.
        if (await db.Campaigns.Where(c => c.Id == campaignId && c.ClosedAt == null).ExecuteUpdateAsync(c => c.SetProperty(x => x.Name, x => x.Name), ct) == 0) return false;
        var deadline = await db.Campaigns.Where(c => c.Id == campaignId).Select(c => c.Deadline).SingleAsync(ct);
        var now = clock.GetUtcNow();
        var users = await db.Users.AsNoTracking().Where(u => ids.Contains(u.Id)).ToListAsync(ct);
        var members = (await db.CampaignMembers.Where(m => m.CampaignId == campaignId && ids.Contains(m.UserId)).Select(m => m.UserId).ToListAsync(ct)).ToHashSet();
        var enrollments = await db.Enrollments.Where(e => ids.Contains(e.UserId)).ToDictionaryAsync(e => e.UserId, ct);
        var enrolled = (await db.TotpAuthenticators.Where(a => ids.Contains(a.UserId)).Select(a => a.UserId)
            .Union(db.Passkeys.Where(p => ids.Contains(p.UserId)).Select(p => p.UserId)).ToListAsync(ct)).ToHashSet();
        foreach (var user in users)
        {
            if (user.DisabledAt is not null) added.Disabled++;
            else if (user.Roles.Count > 0 && !actor.Has(Right.RolesWrite)) added.OnlyOwner++;
            else if (members.Contains(user.Id)) added.Before++;
            else
            {
                db.CampaignMembers.Add(new Storage.Campaigns.CampaignMember { CampaignId = campaignId, UserId = user.Id, AddedAt = now });
                if (!enrollments.TryGetValue(user.Id, out var enrollment)) enrollment = null;
                Count(db, user, enrollment, enrolled.Contains(user.Id), added);
            }
        }

        return true;

        void Count(IdPDbContext context, User user, Enrollment? enrollment, bool isEnrolled, Added counts)
        {
            var state = EnrollmentView.Of(enrollment, isEnrolled, now).State;
            // A second demand changes nobody's period: who had less time keeps that, and who got more time keeps that.
            if (enrollment?.RequiredAt is null && state != EnrollmentView.Expired)
            {
                enrollment ??= context.Enrollments.Add(new Enrollment { UserId = user.Id }).Entity;
                RequireVerification.Begin(context, user, enrollment, isEnrolled, deadline, actor, reason, now);
                if (!isEnrolled)
                {
                    counts.Required++;
                    return;
                }
            }

            if (isEnrolled) counts.Enrolled++;
            else if (state == EnrollmentView.Expired) counts.Late++;
            else counts.Kept++;
        }
    }

    private Task<List<string>> OfGroupAsync(string group) => database.ReadAsync(async s =>
    {
        var query = new PeopleQuery(default);
        query.AddElement("u.groups", group);
        return await s.AllAsync($"SELECT u.id FROM users u WHERE {query.Where} AND u.disabled_at IS NULL", row => row.GetString(0), query.Arguments);
    }).AsTask();
}
