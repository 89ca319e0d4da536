using System.Globalization;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;

namespace IdP.Server.Admin.Audit;

/// <summary><c>/api/v1/audit</c>.</summary>
internal static class AuditApi
{
    public static void Map(RouteGroupBuilder api)
    {
        Filtered(api.MapGet("/audit", ListAsync).Needs(Right.AuditRead).Produces<ApiPage<ListAudit.Row>>()).Pages("id");
        Filtered(api.MapGet("/audit/export", ExportAsync).Needs(Right.AuditRead).Produces<string>(StatusCodes.Status200OK, "text/csv", "application/jsonl"))
            .Takes("format", "csv for spreadsheets, or jsonl: JSON lines with every value as it is stored.", "csv", "jsonl");
        api.MapGet("/audit/verify", async (ApiRequest request) => ApiRequest.Json(AuditReport.Of(await request.Get<VerifyAudit>().HandleAsync(new(), request.Actor, request.Ct))))
            .Needs(Right.AuditRead).Produces<AuditReport>();
    }

    private static RouteHandlerBuilder Filtered(RouteHandlerBuilder route) => route
        .Takes("person", "About whom: user name, e-mail address or id.")
        .Takes("actor", "By whom: a user name, whose API tokens count too, or as the log names them, such as cli:root.")
        .Takes("event", "A name such as sign_in.completed, or enrollment.* for all that begin so.")
        .Takes("outcome", "How it ended.", [.. AuditFilter.Outcomes])
        .Takes("resource", "As client:payroll, or client:* for all that begin so.")
        .Takes("reference", "The number that a person read out.")
        .Takes("from", "A day (UTC) or a time.")
        .Takes("until", "A last day (UTC), or a time before which it was.");

    private static async Task<IResult> ListAsync(ApiRequest request)
    {
        var (limit, after) = request.Page();
        if (after is not null && !long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out _)) throw new ApiInputException("after", "must be the id of a row.");
        var page = await request.Get<ListAudit>().HandleAsync(
            new(AuditFilter.Read(request.Query), limit, after is null ? null : long.Parse(after, CultureInfo.InvariantCulture)), request.Actor, request.Ct);
        return ApiRequest.Json(new ApiPage<ListAudit.Row>(page.Rows, page.More ? page.Rows[^1].Id.ToString(CultureInfo.InvariantCulture) : null));
    }

    private static async Task<IResult> ExportAsync(ApiRequest request)
    {
        if (AuditFile.Format(request.Query("format")) is not { } format) throw new ApiInputException("format", "must be csv or jsonl.");
        return AuditFile.Answer(await request.Get<ExportAudit>().HandleAsync(new(AuditFilter.Read(request.Query), format), request.Actor, request.Ct), format, request.Get<TimeProvider>().GetUtcNow(), request.Ct);
    }
}

/// <summary>An export as a download.</summary>
internal static class AuditFile
{
    /// <returns>Null: no such format.</returns>
    public static AuditFormat? Format(string? name) => name switch { "csv" => AuditFormat.Csv, "jsonl" => AuditFormat.Jsonl, _ => null };

    public static string Name(AuditFormat format, DateTimeOffset now) => string.Create(CultureInfo.InvariantCulture, $"audit-{now.UtcDateTime:yyyyMMdd-HHmmss}.{ChangeList.Words(format)}");

    public static string Type(AuditFormat format) => format == AuditFormat.Csv ? "text/csv; charset=utf-8" : "application/jsonl";

    public static IResult Answer(Func<Stream, CancellationToken, Task<long>> write, AuditFormat format, DateTimeOffset now, CancellationToken ct) =>
        Results.Stream(stream => write(stream, ct), Type(format), Name(format, now));
}
