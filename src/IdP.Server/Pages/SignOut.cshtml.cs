using IdP.Protocol.Logout;
using IdP.Server.Security;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Pages;

/// <summary>Asks, signs out by a post, and says of what.</summary>
internal sealed class SignOutModel(CurrentSignIn current, EndSessions endSessions, LogoutRequests logoutRequests, IdPDatabase database, Catalog catalog)
    : PageModel, IShowAgain
{
    /// <summary>Who is signed in, completely or not yet; null: nobody.</summary>
    public SigningIn? Who { get; private set; }

    /// <summary>The application that asks; null: the person does.</summary>
    public LogoutRequest? Logout { get; private set; }

    /// <summary>Names of the apps that were used in the session that ended.</summary>
    public IReadOnlyList<string> Apps { get; private set; } = [];

    /// <summary>Those of them that cannot be told about it.</summary>
    public IReadOnlyList<string> Untold { get; private set; } = [];

    public Phrase? Message { get; private set; }

    public async Task OnGetAsync()
    {
        ReadLogout();
        Who = await current.SigningInAsync();
    }

    public async Task<IActionResult> OnPostAsync()
    {
        ReadLogout();
        if (await current.SessionAsync() is { } session) await ReadAppsAsync(session.Session.Id);
        await endSessions.EndCurrentAsync();
        return Logout?.RedirectUrl is { } url ? Redirect(url) : Page();
    }

    public async Task<IActionResult> ShowAgainAsync(Phrase message)
    {
        Message = message;
        ViewData["Error"] = true;
        Response.StatusCode = StatusCodes.Status400BadRequest;
        await OnGetAsync();
        return Page();
    }

    private void ReadLogout()
    {
        Logout = logoutRequests.Read(Request.Query["logout"]);
        SecurityHeaders.AllowFormTo(HttpContext, Logout?.FormActionSource);
    }

    private async Task ReadAppsAsync(string sessionId)
    {
        var snapshot = await catalog.GetAsync();
        await using var db = database.CreateContext();
        var ids = await db.Authorizations.Where(a => a.SessionId == sessionId).Select(a => a.ClientId).Distinct().ToListAsync();
        var clients = ids.Select(id => snapshot.Clients.GetValueOrDefault(id)).OfType<Client>().OrderBy(c => c.DisplayName, StringComparer.CurrentCulture).ToList();
        Apps = clients.ConvertAll(c => c.DisplayName);
        Untold = [.. clients.Where(c => string.IsNullOrEmpty(c.BackChannelLogoutUri)).Select(c => c.DisplayName)];
    }
}
