using System.Globalization;
using System.Text.Json;
using IdP.Server.Admin.Api;

namespace IdP.Server.Admin.Audit;

/// <summary>One row of the log as a line of an export.</summary>
internal static class AuditLines
{
    public const string CsvHead = "\"id\",\"at\",\"event\",\"outcome\",\"actor\",\"actorName\",\"tokenName\",\"userId\",\"username\",\"resource\",\"reason\",\"address\",\"userAgent\",\"reference\"\r\n";

    /// <summary>RFC 4180, every value quoted.</summary>
    public static string Csv(ListAudit.Row row) => string.Join(',', new[]
    {
        row.Id.ToString(CultureInfo.InvariantCulture), row.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), row.Event, row.Outcome,
        row.Actor, row.ActorName, row.TokenName, row.UserId, row.Username, row.Resource, row.Reason, row.Address, row.UserAgent, row.Reference,
    }.Select(Value)) + "\r\n";

    /// <summary>JSON with every value as it is stored; what is not ASCII is escaped, so that a terminal is not steered by it.</summary>
    public static string Json(ListAudit.Row row) => JsonSerializer.Serialize(row, ApiJson.Options) + "\n";

    // A spreadsheet takes a value that begins so for a formula; an apostrophe before it makes it a text.
    private static string Value(string? value)
    {
        if (string.IsNullOrEmpty(value)) return "\"\"";
        var starts = value[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠';
        return $"\"{(starts ? "'" : "")}{Texts.ForTerminal(value).Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
