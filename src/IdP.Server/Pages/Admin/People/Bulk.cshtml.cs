using IdP.Server.Admin.Access;
using IdP.Server.Admin.Users;
using IdP.Verification;
using IdP.Storage.Changes;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Pages.Admin.People;

/// <summary>One act for several people: who is touched and who is left out, then, by the button, doing it one by one.</summary>
internal sealed class BulkModel(Visit visit, ListUsers list, PersonActs acts, Catalog catalog) : PeoplePage(visit, Right.PeopleSupport)
{
    /// <summary>The most people at once: a page must come back before somebody gives it up.</summary>
    public const int Most = 500;

    private const int MostShown = 50;

    public sealed record Line(ListUsers.Row Person, Phrase? What);

    public string Act { get; private set; } = "";

    public IReadOnlyList<Line> Touched { get; private set; } = [];

    public IReadOnlyList<Line> Skipped { get; private set; } = [];

    /// <summary>What was done; null while nothing was.</summary>
    public IReadOnlyList<Line>? Results { get; private set; }

    public int Changed { get; private set; }

    /// <summary>The ids of everybody who is touched, for the form.</summary>
    public string Ids => string.Join(',', Touched.Select(l => l.Person.Id));

    /// <summary>The list as it was filtered before.</summary>
    public string Back => Path + Filter;

    /// <summary>The filter as the address carries it; the form does, too, so that it outlives the act.</summary>
    public string Filter => PeopleFilterForm.Read(Request.Query).ToQuery();

    public string? Days { get; private set; }

    public int DefaultDays { get; private set; }

    public bool AsksForDays => Act is PersonActs.Require or PersonActs.Extend or PersonActs.Unlock or PersonActs.Reset;

    /// <summary>A list of people is long; so many of it are named.</summary>
    public static IEnumerable<Line> Shown(IReadOnlyList<Line> lines) => lines.Take(MostShown);

    public static int NotShown(IReadOnlyList<Line> lines) => Math.Max(0, lines.Count - MostShown);

    public Phrase DaysHint => Act switch
    {
        PersonActs.Require => T["Admin.People.DaysOrDefault", ("n", DefaultDays)],
        PersonActs.Extend => T["Admin.People.DaysHint"],
        _ => T["Admin.People.DaysOrNext"],
    };

    public Task<IActionResult> OnPostAsync() => ChangeAsync(async () =>
    {
        Act = Request.Form["act"].ToString();
        if (!PersonActs.ForMany.Contains(Act)) return NotFound();
        if (!TryReadDays(needed: Act == PersonActs.Extend, out var days)) return await AgainAsync(null, StatusCodes.Status400BadRequest);
        await JudgeAsync(days);
        List<Line> results = [];
        foreach (var line in Touched)
        {
            var result = await RunAsync(line.Person, days);
            if (result.Done) Changed++;
            results.Add(line with { What = OutcomeOf(result) });
        }

        Results = [.. results, .. Skipped];
        return Page();
    }, needsReason: true);

    // One that somebody else changed in the meantime is told, and the others go on.
    private async Task<PersonActs.Result> RunAsync(ListUsers.Row person, int? days)
    {
        try
        {
            return await acts.RunAsync(Act, new(person.Id, days, 0, Reason), Actor, Ct);
        }
        catch (ForbiddenException)
        {
            // Whoever comes so far has the right; the person has got a role.
            return new PersonActs.Result(false, "onlyOwner");
        }
        catch (DbUpdateException)
        {
            return new PersonActs.Result(false, "changedMeanwhile");
        }
    }

    protected override async Task<IActionResult> ShowAsync()
    {
        var values = Request.HasFormContentType ? Request.Form["act"] : Request.Query["act"];
        Act = values.ToString();
        if (!PersonActs.ForMany.Contains(Act)) return NotFound();
        if (Request.HasFormContentType) Days = Request.Form["days"];
        DefaultDays = VerificationSettings.Of(await catalog.GetAsync()).EnrollmentDays;
        await JudgeAsync(null);
        return Page();
    }

    private async Task JudgeAsync(int? days)
    {
        var people = await PeopleAsync();
        var judged = people.Select(p => (Person: p, Why: acts.WhyNot(Act, p, Actor, days))).ToList();
        Touched = [.. judged.Where(j => j.Why is null).Select(j => new Line(j.Person, null))];
        Skipped = [.. judged.Where(j => j.Why is not null).Select(j => new Line(j.Person, OutcomeOf(j.Why!)))];
    }

    // What was shown is what is done: the button brings the ids back, not the filter.
    private async Task<IReadOnlyList<ListUsers.Row>> PeopleAsync()
    {
        if (Request.HasFormContentType) return await OfAsync(Request.Form["ids"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries));
        if (Request.Query["who"] == "matching") return (await list.HandleAsync(PeopleFilterForm.Read(Request.Query).ToRequest(Most), Ct)).Users;
        return await OfAsync([.. Request.Query["id"].OfType<string>()]);
    }

    private async Task<IReadOnlyList<ListUsers.Row>> OfAsync(string[] ids) =>
        ids.Length == 0 ? [] : (await list.HandleAsync(new ListUsers.Request(null, null, Most) { Ids = [.. ids.Distinct().Take(Most)] }, Ct)).Users;
}
