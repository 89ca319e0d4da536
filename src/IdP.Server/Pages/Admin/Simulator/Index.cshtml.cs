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
        if (Person.Length == 0) AddError("person", T["Admin.Simulator.NameOne"]);
        if (Resource.Length == 0) AddError("resource", T["Admin.Simulator.NameResource"]);
        DateTimeOffset? at = null;
        if (At.Length > 0 && (at = Visit.Time.Read(At)) is null) AddError("at", T["Admin.Simulator.TimeWrong"]);
        if (!int.TryParse(Minutes, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)) AddError("minutes", T["Admin.Simulator.MinutesWrong"]);
        if (ViewData["Error"] is not null) return Page();
        await AskAsync(new(Person, Resource) { At = at, Address = Address, Session = Proven, VerifiedMinutesAgo = minutes, AcrValues = AcrValues, Draft = Draft });
        return Page();
    }

    private async Task AskAsync(Simulate.Request request)
    {
        try
        {
            switch (await simulate.HandleAsync(request, Actor, Ct))
            {
                case Simulate.Outcome.Answered answered: Answer = answered.Answer; break;
                case Simulate.Outcome.NoSuchPerson: AddError("person", T["Admin.Simulator.NoPerson"]); break;
                default: AddError("resource", T["Admin.Simulator.NoResource"]); break;
            }
        }
        catch (ForbiddenException forbidden)
        {
            AddError("person", T.Literal(forbidden.Message));
        }
        catch (ValidationException invalid)
        {
            foreach (var failure in invalid.Errors) AddError(failure.PropertyName, T[failure.PropertyName switch { "address" => "Admin.Simulator.AddressWrong", "at" => "Admin.Simulator.TimeWrong", _ => "Admin.Simulator.MinutesWrong" }]);
        }
    }

    private string Given(string name) => Request.Query[name].ToString().Trim();
}
