using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Admin.Users.Import;

/// <summary><c>/api/v1/users/import</c>: people from CSV.</summary>
internal static class ImportApi
{
    private const int MostNamed = 100;

    private static readonly string[] Flags = ["true", "false"];

    public static void Map(RouteGroupBuilder api) => api.MapPost("/users/import", ImportAsync).Needs(Right.PeopleWrite)
        .Accepts<string>("text/csv").Produces<ImportUsers.Report>()
        .Takes("dryRun", "true: only say what would happen, with every problem.", Flags).Explains()
        .WithMetadata(new RequestSizeLimitAttribute(ImportFile.MostBytes));

    private static async Task<IResult> ImportAsync(ApiRequest request, HttpContext http)
    {
        var dryRun = request.Choice("dryRun", Flags) == "true";
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, request.Ct);
        var report = await request.Get<ImportUsers>().HandleAsync(new(body.ToArray(), dryRun, request.Query("reason") ?? ApiRequest.DefaultReason), request.Actor, request.Ct);
        if (dryRun || report.ProblemCount == 0) return ApiRequest.Json(report);
        return ApiProblem.Field("", "") with
        {
            Errors = report.Problems.Take(MostNamed).GroupBy(p => p.Line == 0 ? "$" : $"line {p.Line}")
                .ToDictionary(g => g.Key, g => g.Select(p => p.Column is null ? p.Text : $"{p.Column}: {p.Text}").ToArray()),
        };
    }
}
