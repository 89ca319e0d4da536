using System.Diagnostics.Metrics;

namespace IdP.Storage.Audit;

/// <summary>Counts what is noted, so that a figure beside the log shows how often people sign in, verify and fail.</summary>
internal static class AuditMetrics
{
    private static readonly Meter Meter = new("IdP.Audit");
    private static readonly Counter<long> Rows = Meter.CreateCounter<long>("idp.audit.events", description: "Rows written to the audit log by this node, by event and outcome.");

    public static void Noted(AuditEvent row) => Rows.Add(1, new KeyValuePair<string, object?>("event", row.Event), new KeyValuePair<string, object?>("outcome", row.Outcome));
}
