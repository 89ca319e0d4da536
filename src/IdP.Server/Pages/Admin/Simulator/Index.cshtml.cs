using System.Globalization;
using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.PolicyRules;
using IdP.Storage.Changes;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Simulator;

/// <summary>What somebody would be asked. A GET form, so that an answer is a link; nothing is saved and nobody is signed in.</summary>
internal sealed class IndexModel(Visit visit, Simulate simulate, Catalog catalog) : AdminPage(visit, "Simulator", Right.PoliciesRead)
{
    public string Person => Given("person");

    public string Resource => Given("resource");

    public string At => Given("at");

    public string Address => Given("address");

    public SimulatedSession Proven => Enum.TryParse<SimulatedSession>(Given("session"), ignoreCase: true, out var session) && Enum.IsDefined(session) ? session : SimulatedSession.None;

    public string Minutes => Given("minutes") is { Length: > 0 } minutes ? minutes : "0";

    public string AcrValues => Given("acr");

    public bool Draft => Given("draft") == "true";

    public Simulate.Answer? Answer { get; private set; }

    /// <summary>What the person of the answer is called.</summary>
    public string Called { get; private set; } = "";

    public CatalogSnapshot Snapshot { get; private set; } = null!;

    /// <summary>What the browser offers while somebody types; a house with more clients than this types the id.</summary>
    public IEnumerable<(string Id, string Name)> Resources =>
    [
        ("portal", T["Admin.Policies.Own.portal"].ToString()), ("admin", T["Admin.Policies.Own.admin"].ToString()),
        .. Snapshot.Clients.Values.OrderBy(c => c.DisplayName, StringComparer.CurrentCultureIgnoreCase).Take(200).Select(c => (c.ClientId, c.DisplayName)),
    ];

    protected override async Task<IActionResult> ShowAsync()
    {
        Snapshot = await catalog.GetAsync();
        if (Person.Length == 0 && Resource.Length == 0) return Page();
        DateTimeOffset? at = null;
        if (At.Length > 0 && (at = Visit.Time.Read(At)) is null) AddError("at", T["Admin.Simulator.TimeWrong"]);
        if (!int.TryParse(Minutes, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)) AddError("minutes", T["Admin.Simulator.MinutesWrong"]);
        var answered = await AskAsync(new(Person, Resource) { At = at, Address = Address, Session = Proven, VerifiedMinutesAgo = minutes, AcrValues = AcrValues, Draft = Draft });
        if (answered is null) await AddUnknownAsync();
        else if (ViewData["Error"] is null) (Answer, Called) = (answered.Answer, answered.DisplayName);
        return Page();
    }

    private async Task<Simulate.Outcome.Answered?> AskAsync(Simulate.Request request)
    {
        try
        {
            return await simulate.HandleAsync(request, Actor, Ct) as Simulate.Outcome.Answered;
        }
        catch (ForbiddenException)
        {
            // It is about the person, where it is said with what else is wrong.
            return null;
        }
        catch (ValidationException invalid)
        {
            foreach (var failure in invalid.Errors)
            {
                AddError(failure.PropertyName, T[failure.PropertyName switch
                {
                    "person" => "Admin.Simulator.NameOne", "resource" => "Admin.Simulator.NameResource", "address" => "Admin.Simulator.AddressWrong", "at" => "Admin.Simulator.TimeWrong",
                    _ => "Admin.Simulator.MinutesWrong",
                }]);
            }

            return null;
        }
    }

    // All that is wrong is said at once: names that nobody has also beside fields that cannot be read.
    private async Task AddUnknownAsync()
    {
        if (Resource.Length > 0 && !Simulate.Knows(Snapshot, Resource)) AddError("resource", T["Admin.Simulator.NoResource"]);
        try
        {
            if (Person.Length > 0 && await simulate.FindAsync(Person, Actor, Ct) is null) AddError("person", T["Admin.Simulator.NoPerson"]);
        }
        catch (ForbiddenException forbidden)
        {
            AddError("person", T.Literal(forbidden.Message));
        }
    }

    private string Given(string name) => Request.Query[name].ToString().Trim();
}
