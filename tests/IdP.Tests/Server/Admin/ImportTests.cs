using System.Text;
using IdP.Server.Admin;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Users;
using IdP.Server.Admin.Users.Import;
using IdP.Testing;

namespace IdP.Tests.Server.Admin;

/// <summary>People from CSV.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class ImportTests(TestDatabaseKind kind) : AdminFixture(kind)
{
    private static Actor WithoutRoles { get; } = Actor.Of("x", []) with { Rights = new HashSet<Right> { Right.PeopleWrite } };

    [Test]
    public async Task People_are_added_and_changed_and_a_second_time_nothing_is()
    {
        await AddUserAsync("anna");
        await Get<SetUser>().HandleAsync(new("anna", new UserPatch { Email = "anna@example.com", EmailVerified = true, Groups = ["old"] }, Reason), Actor, Ct);
        const string File = "\uFEFFusername,email,displayName,groups,verification,emailVerified\r\nanna,,\"Anna \"\"A\"\"\nBerg\",it;sales,required,\r\nBjörn,bjoern@example.com,Björn,,,true\r\n\r\n";

        var refused = await ImportAsync(File);
        Assert.That(refused.Problems, Is.EqualTo(new[] { new ImportProblem(2, "displayName", "displayName must not have control characters.") }));
        Assert.That(refused.Applied, Is.Zero);
        var good = File.Replace("\nBerg", " Berg", StringComparison.Ordinal);
        var events = await CountAuditAsync();
        Assert.That(await ImportAsync(good, dryRun: true), Is.EqualTo(new ImportUsers.Report(2, 1, 1, 0, 1, 0, 0, [])).Using<ImportUsers.Report>(Same));
        Assert.That(await CountAuditAsync(), Is.EqualTo(events), "A dry run writes nothing.");
        Assert.That(await ImportAsync(good), Is.EqualTo(new ImportUsers.Report(2, 1, 1, 0, 1, 2, 0, [])).Using<ImportUsers.Report>(Same));

        var anna = await PersonAsync("anna");
        Assert.That((anna.DisplayName, anna.Email, anna.EmailVerified, anna.DaysLeft), Is.EqualTo(("Anna \"A\" Berg", "anna@example.com", true, 7)));
        Assert.That(anna.Groups, Is.EqualTo(new[] { "it", "sales" }));
        var bjoern = await PersonAsync("björn");
        Assert.That((bjoern.Email, bjoern.EmailVerified, bjoern.HasPassword), Is.EqualTo(("bjoern@example.com", true, false)));
        Assert.That(await ImportAsync(good), Is.EqualTo(new ImportUsers.Report(2, 0, 0, 2, 0, 2, 0, [])).Using<ImportUsers.Report>(Same));
    }

    [Test]
    public async Task One_name_that_is_taken_imports_nobody()
    {
        await AddUserAsync("taken");
        await AddUserAsync("name@example.com");
        await Get<SetUser>().HandleAsync(new("taken", new UserPatch { Email = "taken@example.com" }, Reason), Actor, Ct);

        foreach (var (line, column) in new[] { ("x,TAKEN@example.com", "email"), ("x,Name@example.com", "email"), ("taken@example.com,", "username") })
        {
            var report = await ImportAsync($"username,email\nfirst,\n{line}\nlast,");

            Assert.That(report.Problems, Has.Count.EqualTo(1), line);
            Assert.That((report.Problems[0].Line, report.Problems[0].Column, report.Applied), Is.EqualTo((3, column, 0)), line);
        }

        Assert.That(await Get<ListUsers>().CountAsync(new(null, null, 0)), Is.EqualTo(2));
    }

    [Test]
    public async Task Nobody_climbs_by_a_file()
    {
        await AddUserAsync("olga", "owner");
        await AddUserAsync("anna");

        Assert.That((await ImportAsync("username,roles\nanna,owner", actor: WithoutRoles)).Problems[0].Text, Is.EqualTo("Only an owner gives roles."));
        Assert.That((await ImportAsync("username,email\nolga,mine@example.com", actor: WithoutRoles)).Problems[0].Text, Does.Contain("only an owner changes them"));
        Assert.That((await ImportAsync("username,roles\nolga,auditor")).Problems[0].Text, Is.EqualTo("No owner would be left who can sign in."));
        Assert.That(() => ImportAsync("username\nx", actor: Actor.Of("x", ["helpDesk"])), Throws.TypeOf<ForbiddenException>());
        Assert.That((await PersonAsync("anna")).Roles, Is.Empty);
        Assert.That((await ImportAsync("username,roles\nanna,auditor")).Changed, Is.EqualTo(1), "An owner may.");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_file_does_not_take_the_role_from_every_owner_at_once(bool dryRun)
    {
        await AddUserAsync("olga", "owner");
        await AddUserAsync("otto", "owner");

        var report = await ImportAsync("username,roles\nolga,auditor\notto,auditor", dryRun);

        Assert.That((report.ProblemCount, report.Applied), Is.EqualTo((1, 0)));
        Assert.That(report.Problems[0], Is.EqualTo(new ImportProblem(2, "roles", "No owner would be left who can sign in.")));
        Assert.That((await PersonAsync("olga")).Roles, Is.EqualTo(new[] { "owner" }));
        await AddUserAsync("anna");
        Assert.That((await ImportAsync("username,roles\nolga,auditor\notto,auditor\nanna,owner")).Changed, Is.EqualTo(3), "The role may go on to somebody else.");
    }

    // More than one part is worked on, and what counts is the whole file.
    private static string Long(params string[] rows) =>
        "username,roles\n" + string.Join('\n', rows[..1].Concat(Enumerable.Range(0, 1000).Select(i => $"p{i},")).Concat(rows[1..]));

    [Test]
    public async Task A_long_file_does_not_take_the_role_from_every_owner_one_part_after_the_other()
    {
        await AddUserAsync("olga", "owner");
        await AddUserAsync("otto", "owner");
        var file = Long("olga,auditor", "otto,auditor");

        var (tried, done) = (await ImportAsync(file, dryRun: true), await ImportAsync(file));

        Assert.That(tried.Problems, Is.EqualTo(new[] { new ImportProblem(2, "roles", "No owner would be left who can sign in.") }));
        Assert.That((done.Problems, done.Applied), Is.EqualTo((tried.Problems, 0)));
        Assert.That(((await PersonAsync("olga")).Roles, await Get<ListUsers>().CountAsync(new(null, null, 0))), Is.EqualTo((new[] { "owner" }, 2)), "Nothing was saved.");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task In_a_long_file_the_role_goes_on_to_somebody_far_below(bool several)
    {
        await AddUserAsync("olga", "owner");
        if (several) await AddUserAsync("otto", "owner");
        await AddUserAsync("anna");
        var file = Long("olga,auditor", several ? "otto,auditor" : "otto,", "anna,owner");

        var (tried, done) = (await ImportAsync(file, dryRun: true), await ImportAsync(file));

        Assert.That((tried.ProblemCount, tried.Changed, tried.Added), Is.EqualTo((0, several ? 3 : 2, several ? 1000 : 1001)));
        Assert.That((done.ProblemCount, done.Changed, done.Applied), Is.EqualTo((0, tried.Changed, 1003)));
        Assert.That((await PersonAsync("anna")).Roles, Is.EqualTo(new[] { "owner" }));
    }

    [Test]
    public async Task The_first_owner_comes_by_the_link_alone() =>
        Assert.That((await ImportAsync("username,roles\nanna,owner")).Problems[0].Column, Is.EqualTo("roles"));

    [Test]
    public async Task Semicolons_and_other_encodings()
    {
        Assert.That((await ImportAsync("username;displayName\nanna;\"A;B\"\n")).Added, Is.EqualTo(1));
        Assert.That((await PersonAsync("anna")).DisplayName, Is.EqualTo("A;B"));
        var latin = await Get<ImportUsers>().HandleAsync(new(Encoding.Latin1.GetBytes("username\nBj\u00f6rn"), false, Reason), Actor, Ct);
        Assert.That(latin.Problems[0].Text, Does.Contain("not UTF-8"));
    }

    [Test]
    public async Task More_than_one_part_is_imported_with_progress()
    {
        var parts = new List<double>();
        var file = "username\n" + string.Join('\n', Enumerable.Range(0, 1500).Select(i => $"p{i}"));

        var report = await Get<ImportUsers>().HandleAsync(new(Encoding.UTF8.GetBytes(file), false, Reason) { Progress = parts.Add }, Actor, Ct);

        Assert.That((report.Added, report.Applied), Is.EqualTo((1500, 1500)));
        Assert.That(parts, Is.Ordered.And.Count.EqualTo(4));
        Assert.That(parts[^1], Is.EqualTo(1));
    }

    private static bool Same(ImportUsers.Report left, ImportUsers.Report right) => left with { Problems = [] } == right with { Problems = [] } && left.Problems.SequenceEqual(right.Problems);

    private Task<ImportUsers.Report> ImportAsync(string file, bool dryRun = false, Actor? actor = null) =>
        Get<ImportUsers>().HandleAsync(new(Encoding.UTF8.GetBytes(file), dryRun, Reason), actor ?? Actor, Ct);
}
