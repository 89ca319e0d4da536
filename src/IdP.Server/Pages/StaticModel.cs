using Microsoft.AspNetCore.Mvc.RazorPages;

namespace IdP.Server.Pages;

/// <summary>A page that only says something.</summary>
internal sealed class StaticModel : PageModel
{
#pragma warning disable CA1822, S1186 // A handler is found by its name; without one the page would answer every method.
    public void OnGet()
    {
    }
#pragma warning restore CA1822, S1186
}
