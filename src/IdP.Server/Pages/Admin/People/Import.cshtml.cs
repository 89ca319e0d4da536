using System.Text;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Users.Import;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.People;

/// <summary>People from CSV: first what would happen, with every line's problem; then, by the button, doing it.</summary>
[RequestSizeLimit(MostBytes + (64 * 1024))]
internal sealed class ImportModel(Visit visit, ImportUsers import) : PeoplePage(visit, Right.PeopleWrite)
{
    /// <summary>Of a form; larger files go by the command line or the API.</summary>
    public const int MostBytes = 2 * 1024 * 1024;

    private const int MostShown = 200;

    /// <summary>What was sent, for the form that follows.</summary>
    public string Csv { get; private set; } = "";

    /// <summary>What would happen, or did; null: nothing was sent yet.</summary>
    public ImportUsers.Report? Report { get; private set; }

    public bool IsDone { get; private set; }

    public static string Columns => string.Join(", ", ImportFile.Columns);

    public IEnumerable<ImportProblem> Shown => Report!.Problems.Take(MostShown);

    public int NotShown => Math.Max(0, Report!.ProblemCount - MostShown);

    public Phrase LineOf(ImportProblem problem) =>
        problem.Line == 0 ? T["Admin.People.ImportWhole"]
        : problem.Column is null ? T["Admin.People.ImportLine", ("line", problem.Line)]
        : T["Admin.People.ImportCell", ("line", problem.Line), ("column", problem.Column)];

    public Task<IActionResult> OnPostAsync([FromForm] string? action) => action == "apply" ? ChangeAsync(() => RunAsync(dryRun: false), needsReason: true) : ChangeAsync(() => RunAsync(dryRun: true));

    protected override async Task<IActionResult> ShowAsync()
    {
        if (Request.HasFormContentType) Csv = await ReadAsync();
        return Page();
    }

    private async Task<IActionResult> RunAsync(bool dryRun)
    {
        Csv = await ReadAsync();
        if (string.IsNullOrWhiteSpace(Csv))
        {
            AddError("file", T["Admin.People.ImportEmpty"]);
            return await AgainAsync(null, StatusCodes.Status400BadRequest);
        }

        Report = await import.HandleAsync(new(Encoding.UTF8.GetBytes(Csv), dryRun, dryRun ? "dry run" : Reason), Actor, Ct);
        IsDone = !dryRun && Report.Applied > 0;
        if (Report.ProblemCount > 0) Response.StatusCode = StatusCodes.Status400BadRequest;
        return Page();
    }

    private async Task<string> ReadAsync()
    {
        if (Request.Form.Files["file"] is not { Length: > 0 } file) return Request.Form["csv"].ToString();
        using var reader = new StreamReader(file.OpenReadStream(), Encoding.UTF8);
        return await reader.ReadToEndAsync(Ct);
    }
}
