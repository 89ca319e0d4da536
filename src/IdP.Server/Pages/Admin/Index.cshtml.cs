namespace IdP.Server.Pages.Admin;

/// <summary>The console's first page.</summary>
internal sealed class IndexModel(Visit visit) : AdminPage(visit, "Overview", needs: null);
