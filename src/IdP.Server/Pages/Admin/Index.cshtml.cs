using Microsoft.AspNetCore.Mvc;
using IdP.Server.Pages.Portal;

namespace IdP.Server.Pages.Admin;

/// <summary>The place of the console.</summary>
internal sealed class IndexModel(Visit visit) : PortalPage(visit, "admin")
{
    public static IReadOnlyList<string> Verbs { get; } = ["idp users", "idp clients", "idp apply FILE --dry-run", "idp --help"];

    protected override Task<IActionResult> ShowAsync() =>
        Task.FromResult(IsAdmin ? Page() : this.Problem(PageProblem.Denied));
}
