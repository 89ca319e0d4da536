using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace IdP.Server.Telemetry;

/// <summary>
/// What the program counts, as the text that Prometheus reads (exposition format 0.0.4). Counters of our own are added up
/// as they count, by one addition each; what the runtime knows of itself is asked only when somebody reads.
/// </summary>
internal sealed class MetricsText : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const string Ours = "IdP.";
    private const string OfTheRuntime = "System.Runtime";

    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<(Instrument Instrument, string Labels), Cell> cells = [];
    private readonly Lock reading = new();

    public MetricsText()
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name.StartsWith(Ours, StringComparison.Ordinal) || (instrument.Meter.Name == OfTheRuntime && instrument.IsObservable)) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, labels, _) => Take(instrument, value, labels));
        listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => Take(instrument, value, labels));
        listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => Take(instrument, value, labels));
        listener.Start();
    }

    /// <summary>All of it, as it is now.</summary>
    public string Write()
    {
        lock (reading)
        {
            listener.RecordObservableInstruments();
            var text = new StringBuilder();
            foreach (var instrument in cells.GroupBy(c => c.Key.Instrument).OrderBy(g => NameOf(g.Key), StringComparer.Ordinal))
            {
                var name = NameOf(instrument.Key);
                text.Append("# HELP ").Append(name).Append(' ').Append(Escaped(instrument.Key.Description ?? "")).Append('\n')
                    .Append("# TYPE ").Append(name).Append(IsCounter(instrument.Key) ? " counter\n" : " gauge\n");
                foreach (var (key, cell) in instrument.OrderBy(c => c.Key.Labels, StringComparer.Ordinal))
                    text.Append(name).Append(key.Labels).Append(' ').Append(cell.Value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
            }

            return text.ToString();
        }
    }

    public void Dispose() => listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var cell = cells.GetOrAdd((instrument, LabelsOf(labels)), static _ => new Cell());
        // What is asked for tells the whole, what happens tells one more.
        if (instrument.IsObservable) cell.Set(value);
        else cell.Add(value);
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        if (labels.Length == 0) return "";
        var text = new StringBuilder("{");
        foreach (var (name, value) in labels)
        {
            if (text.Length > 1) text.Append(',');
            text.Append(Underscored(name)).Append("=\"").Append(Escaped(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "").Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
        }

        return text.Append('}').ToString();
    }

    private static string NameOf(Instrument instrument)
    {
        var unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        return Underscored(instrument.Name) + unit + (IsCounter(instrument) ? "_total" : "");
    }

    private static bool IsCounter(Instrument instrument) =>
        instrument.GetType().GetGenericTypeDefinition() is var kind && (kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>));

    private static string Underscored(string name) => name.Replace('.', '_').Replace('-', '_');

    private static string Escaped(string text) => text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);

    private sealed class Cell
    {
        private double value;

        public double Value => Volatile.Read(ref value);

        public void Set(double now) => Volatile.Write(ref value, now);

        public void Add(double more)
        {
            for (var seen = Volatile.Read(ref value); ;)
            {
                var before = Interlocked.CompareExchange(ref value, seen + more, seen);
                if (before.Equals(seen)) return;
                seen = before;
            }
        }
    }
}
