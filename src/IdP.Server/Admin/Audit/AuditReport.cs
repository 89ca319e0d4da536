using System.Globalization;
using IdP.Server.Cli;
using IdP.Storage.Audit;

namespace IdP.Server.Admin.Audit;

/// <summary>A verdict in words, and as the API and <c>--json</c> write it.</summary>
internal sealed record AuditReport(
    bool Intact, long Rows, long FromBefore, long Waiting, DateTimeOffset? WaitingSince, long Begins, DateTimeOffset? FirstAt, AuditReport.Signed? Checkpoint,
    IReadOnlyList<AuditReport.Fault> Faults)
{
    public sealed record Signed(long Id, DateTimeOffset At, long Sequence);

    /// <param name="Kind">As <c>rowChanged</c>.</param>
    public sealed record Fault(string Kind, long? Row, long? Link, long? Checkpoint, string Text);

    public static AuditReport Of(AuditVerdict verdict) => new(
        verdict.IsIntact, verdict.Rows, verdict.FromBefore, verdict.Waiting, verdict.WaitingSince, verdict.Begins, verdict.FirstAt,
        verdict.LastCheckpoint is { } last ? new Signed(last.Id, last.At, last.Sequence) : null,
        [.. verdict.Faults.Select(f => new Fault(ChangeList.Words(f.Kind), f.EventId, f.Sequence, f.Checkpoint, f.Text))]);

    public static IEnumerable<string> Sentences(AuditVerdict verdict)
    {
        yield return verdict.IsIntact
            ? Text($"{Seen(verdict.Rows)} written, and none is missing.")
            : Text($"{Seen(verdict.Rows)} written, up to the first fault.");
        if (verdict.Begins > 0) yield return Text($"Retention removed the {Texts.Count(verdict.Begins, "link")} before; the log begins at {Call.Time(verdict.FirstAt) ?? "its next row"}.");
        if (verdict.FromBefore > 0) yield return Text($"{Texts.Count(verdict.FromBefore, "of them is", "of them are")} from before rows were sealed: what was done to {(verdict.FromBefore == 1 ? "it" : "them")} earlier cannot be known.");
        if (verdict.Waiting > 0) yield return Text($"{Texts.Count(verdict.Waiting, "newer row is", "newer rows are")} sealed and not linked yet, the first of {Call.Time(verdict.WaitingSince)}.");
        if (verdict.LastCheckpoint is { } last) yield return Text($"The newest checkpoint is number {last.Id} of {Call.Time(last.At)}, over {Texts.Count(last.Sequence, "link")}.");
    }

    private static string Seen(long rows) => Texts.Count(rows, "row is as it was", "rows are as they were");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
