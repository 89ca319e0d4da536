using System.Globalization;
using IdP.Server.Admin;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.PolicyRules;
using IdP.Server.Pages.Admin.Clients;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.PolicyPages;

/// <summary>
/// One policy: its rules in sentences, and the draft in which they are changed. Nobody is asked by a draft; it becomes the
/// policy on a page that says what gets weaker.
/// </summary>
internal sealed class PolicyModel(Visit visit, ShowPolicy show, SetPolicy set, Catalog catalog, IdPDatabase database) : AdminPage(visit, "Policies", Right.PoliciesRead)
{
    [BindProperty(Name = "identityVerification")]
    public VerificationMode Mode { get; set; }

    [BindProperty(Name = "reverifyAfterMinutes")]
    public string? ReverifyAfterMinutes { get; set; }

    [BindProperty(Name = "group")]
    public string? Group { get; set; }

    [BindProperty(Name = "networks")]
    public string? Networks { get; set; }

    [BindProperty(Name = "outside")]
    public bool Outside { get; set; }

    [BindProperty(Name = "mode")]
    public VerificationMode RuleMode { get; set; } = VerificationMode.Always;

    [BindProperty(Name = "state")]
    public string? State { get; set; }

    public string Id => Request.Query["id"].ToString();

    public ShowPolicy.Policy Policy { get; private set; } = null!;

    public IReadOnlyList<string> Groups { get; private set; } = [];

    /// <summary>What making the draft the policy would change; null: that is not asked.</summary>
    public IReadOnlyList<Change>? Confirm { get; private set; }

    /// <param name="action"><c>save</c>, <c>add</c>, <c>drop</c>, <c>look</c>, <c>publish</c>, or <c>up</c>, <c>down</c>, <c>remove</c> with the place of a rule behind a dash.</param>
    public Task<IActionResult> OnPostAsync([FromForm] string? action) => ChangeAsync(async () =>
    {
        if (await show.HandleAsync(ResourceKind.Client, Id) is not { } policy) return NotFound();
        var rules = (policy.Draft?.Rules ?? policy.Rules).ToList();
        if (action is "look")
        {
            if (await set.PreviewAsync(database, Wanted(SetPolicy.Part.Publish), Actor, Ct) is SetPolicy.Outcome.Changed changed) Confirm = changed.Changes;
            return await ShowAsync();
        }

        SetPolicy.Request request;
        switch (action?.Split('-'))
        {
            case ["publish"]: request = Wanted(SetPolicy.Part.Publish); break;
            case ["drop"]: request = Wanted(SetPolicy.Part.Drop); break;
            case ["add"]:
                rules.Add(new RuleView(RuleMode, string.IsNullOrWhiteSpace(Group) ? null : Group.Trim(), ClientForm.Lines(Networks) is { Count: > 0 } networks ? networks : null, Outside));
                request = Wanted(SetPolicy.Part.Draft) with { Rules = rules };
                break;
            case [("up" or "down" or "remove") and var move, var at] when int.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place < rules.Count:
                Move(rules, place, move);
                request = Wanted(SetPolicy.Part.Draft) with { Rules = rules };
                break;
            default:
                request = Wanted(SetPolicy.Part.Draft) with
                {
                    IdentityVerification = Mode,
                    ReverifyAfterMinutes = int.TryParse(ReverifyAfterMinutes, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) ? minutes : -1,
                };
                break;
        }

        var done = await set.HandleAsync(request with { Reason = Reason.Length > 0 ? Reason : "draft in the console" }, Actor, Ct);
        return Done("/admin/policies/policy?id=" + Uri.EscapeDataString(Id), done switch
        {
            SetPolicy.Outcome.Changed => request.Part switch { SetPolicy.Part.Publish => "published", SetPolicy.Part.Drop => "dropped", _ => "draft" },
            _ => "nothing",
        });
        // A draft asks nobody, so nobody needs to say why; making it the policy does.
    }, needsReason: HttpContext.Request.HasFormContentType && action is "publish");

    protected override async Task<IActionResult> ShowAsync()
    {
        if (await show.HandleAsync(ResourceKind.Client, Id) is not { } policy) return NotFound();
        var snapshot = await catalog.GetAsync();
        Policy = policy;
        Groups = [.. snapshot.Groups.Keys.Order(StringComparer.Ordinal)];
        State = ETags.Of(SetPolicy.State(ShowPolicy.Row(snapshot, Id)));
        ModelState.Remove("state");
        if (ErrorOf("reverifyAfterMinutes") is null)
        {
            Mode = policy.Draft?.IdentityVerification ?? policy.IdentityVerification;
            ReverifyAfterMinutes = (policy.Draft?.ReverifyAfterMinutes ?? policy.ReverifyAfterMinutes).ToString(CultureInfo.InvariantCulture);
        }

        return Page();
    }

    private SetPolicy.Request Wanted(SetPolicy.Part part) => new(Id, part, null, null, null, Reason.Length > 0 ? Reason : "-") { IfMatch = State };

    private static void Move(List<RuleView> rules, int place, string move)
    {
        var rule = rules[place];
        rules.RemoveAt(place);
        if (move == "up") rules.Insert(Math.Max(0, place - 1), rule);
        else if (move == "down") rules.Insert(Math.Min(rules.Count, place + 1), rule);
    }
}
