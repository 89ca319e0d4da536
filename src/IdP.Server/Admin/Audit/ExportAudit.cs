using System.Text;
using IdP.Storage.Audit;
using IdP.Storage.Database;

namespace IdP.Server.Admin.Audit;

/// <summary>How an export is written.</summary>
internal enum AuditFormat
{
    /// <summary>For spreadsheets and people: what could act there is made harmless.</summary>
    Csv,

    /// <summary>For programs: every value exactly as it is stored.</summary>
    Jsonl,
}

/// <summary>Writes rows of the audit log out, oldest first, as they come; that it was done is audited.</summary>
internal sealed class ExportAudit(ListAudit list, IdPDatabase database, TimeProvider clock)
{
    public sealed record Request(AuditFilter Filter, AuditFormat Format);

    /// <summary>Checks the request and writes the audit event.</summary>
    /// <returns>Writes the rows.</returns>
    /// <exception cref="FluentValidation.ValidationException">The filter cannot be used.</exception>
    public async Task<Func<Stream, CancellationToken, Task<long>>> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        var condition = await list.ConditionAsync(request.Filter, actor, ct);
        var parts = string.Join(", ", request.Filter.Parts.Select(part => $"{part.Key}={part.Value}"));
        await database.WriteAsync(async s =>
        {
            await s.AuditAsync(new AuditEvent
            {
                At = clock.GetUtcNow(), Event = AuditEvents.AuditExported, Actor = actor.Name, Resource = "audit", Outcome = "success",
                Reason = $"As {ChangeList.Words(request.Format)}: {(parts.Length == 0 ? "all of it" : parts)}",
            });
            return true;
        });
        return (stream, cancelled) => WriteAsync(stream, request.Format, condition, cancelled);
    }

    private async Task<long> WriteAsync(Stream stream, AuditFormat format, AuditCondition condition, CancellationToken ct)
    {
        await using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 32 * 1024, leaveOpen: true);
        if (format == AuditFormat.Csv) await writer.WriteAsync(AuditLines.CsvHead);
        var rows = 0L;
        await foreach (var row in list.AllAsync(condition, ct))
        {
            await writer.WriteAsync(format == AuditFormat.Csv ? AuditLines.Csv(row) : AuditLines.Json(row));
            rows++;
        }

        return rows;
    }
}
