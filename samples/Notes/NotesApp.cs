using Samples.RelyingParty;
using Samples.RelyingParty.Pages;
using Samples.RelyingParty.Sessions;

namespace Samples.Notes;

/// <summary>An app that is not guarded: the password is enough.</summary>
public static class NotesApp
{
    public const int Port = 5081;

    public const string ClientId = "notes";

    /// <param name="args">Settings, see <see cref="SampleHost.Build"/>.</param>
    public static WebApplication Build(string[] args)
    {
        var notebook = new Notebook();
        var web = SampleHost.Build(
            new SampleApp("Notes", ClientId, Port, "Write something down. Signing in needs your password.",
                session => NotesPage.Of(session, notebook.Of(session.Subject)),
                new UsedApi("http://localhost:5083", "payroll.read")),
            args);

        web.MapPost("/notes", async (HttpContext http) =>
        {
            if (await PostedForm.ReadAsync(http) is { } posted)
                notebook.Add(posted.Session.Subject, posted.Form["text"].ToString());
            return Results.Redirect("/");
        });
        web.MapPost("/notes/remove", async (HttpContext http) =>
        {
            if (await PostedForm.ReadAsync(http) is { } posted && Guid.TryParse(posted.Form["note"], out var id))
                notebook.Remove(posted.Session.Subject, id);
            return Results.Redirect("/");
        });
        PayrollPages.Map(web);
        return web;
    }
}
