using IdP.Storage.Database;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;

namespace IdP.Server.Admin.Diagnosis;

/// <summary>Whether somebody can administer the server.</summary>
internal static class OwnerChecks
{
    private const string Query = $"""SELECT {PersonRow.Columns} FROM users u {PersonRow.Joins} WHERE u.roles LIKE '%"owner"%' OR u.roles LIKE '%"admin"%' ORDER BY u.user_name""";

    public static async Task<IEnumerable<Check>> LookAsync(IdPDatabase database, DateTimeOffset now)
    {
        var owners = await database.ReadAsync(s => s.AllAsync(Query, row => PersonRow.Read(row)));
        if (owners.Count == 0) return [Check.Problem("owners", "Nobody is owner.", "idp setup-link")];

        List<Check> found = [.. owners.SelectMany(owner => Look(owner, now))];
        var ready = owners.Count(o => IsReady(o, now));
        found.Insert(0, ready switch
        {
            0 => Check.Problem("owners", "No owner can administer now.", "See the next lines."),
            1 when owners.Count == 1 => Check.Warning("owners", $"{owners[0].UserName} is the only owner.", "Make a second person owner, so that one lost phone locks nobody out: idp users set NAME --role owner"),
            _ => Check.Ok("owners", $"{ready} of {owners.Count} owners can administer."),
        });
        return found;
    }

    private static IEnumerable<Check> Look(Person owner, DateTimeOffset now)
    {
        var name = $"owner {owner.UserName}";
        if (owner.State.Disabled) yield return Check.Warning(name, "The account is turned off.", $"idp users enable {owner.UserName}, or take the role away.");
        else if (IsLocked(owner, now)) yield return Check.Problem(name, "The account is locked.", $"idp users unlock {owner.UserName}; when the phone is lost, too: idp users reset {owner.UserName}");
        else if (owner.State.Enrollment is not EnrollmentState.Active) yield return Check.Warning(name, "Identity verification is not set up, which the console asks for.", $"{owner.UserName} signs in at /admin and sets it up.");
    }

    private static bool IsReady(Person owner, DateTimeOffset now) => !owner.State.Disabled && !IsLocked(owner, now) && owner.State.Enrollment is EnrollmentState.Active;

    private static bool IsLocked(Person owner, DateTimeOffset now) =>
        owner.State.Lock is { } locked && (locked.Until is null || now < locked.Until)
        || owner.State.Enrollment is EnrollmentState.Expired
        || (owner.State.Enrollment is EnrollmentState.Period period && now >= period.Deadline);
}
