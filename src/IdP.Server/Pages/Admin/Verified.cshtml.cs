namespace IdP.Server.Pages.Admin;

/// <summary>Where an admin ends who verified in a second tab for a change in the first one.</summary>
internal sealed class VerifiedModel(Visit visit) : AdminPage(visit, "Overview", needs: null);
