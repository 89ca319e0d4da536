using System.Text.Json;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Verification.Decisions;

namespace IdP.Server.Admin.Clients;

/// <summary>How many people a policy asks, as they are now; the policy itself says whom.</summary>
internal sealed class PeopleAsked(IdPDatabase database)
{
    // People of the same groups are asked alike, so they are counted together.
    private const string Query = """
        SELECT g, enrolled, COUNT(*) FROM (
            SELECT u.groups AS g, CASE WHEN EXISTS (SELECT 1 FROM totp_authenticators t WHERE t.user_id = u.id) OR EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = u.id)
                THEN 1 ELSE 0 END AS enrolled
            FROM users u WHERE u.disabled_at IS NULL) p
        GROUP BY g, enrolled
        """;

    /// <param name="NoLonger">People who were asked and will not be.</param>
    /// <param name="Newly">People who were not asked and will be.</param>
    public sealed record Difference(long NoLonger, long Newly);

    public async Task<Difference> CompareAsync(ResourcePolicy before, ResourcePolicy after)
    {
        var people = await database.ReadAsync(s => s.AllAsync(Query, row =>
            (Groups: JsonSerializer.Deserialize<List<string>>(row.GetString(0))!, Enrolled: row.GetInt64(1) == 1, Count: row.GetInt64(2))));
        long Count(ResourcePolicy asks, ResourcePolicy doesNot) => people.Where(p => Asks(asks, p.Groups, p.Enrolled) && !Asks(doesNot, p.Groups, p.Enrolled)).Sum(p => p.Count);
        return new(Count(before, after), Count(after, before));
    }

    private static bool Asks(ResourcePolicy policy, IReadOnlyList<string> groups, bool enrolled) => policy.ModeFor(groups).Mode switch
    {
        VerificationMode.NotRequired => false,
        VerificationMode.WhenEnrolled => enrolled,
        _ => true,
    };
}
