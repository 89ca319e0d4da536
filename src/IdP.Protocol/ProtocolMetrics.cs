using System.Diagnostics.Metrics;

namespace IdP.Protocol;

/// <summary>Counts what is not worth an audit row.</summary>
internal sealed class ProtocolMetrics : IDisposable
{
    private readonly Meter meter = new(ProtocolServices.Meter);
    private readonly Counter<long> issued;
    private readonly Counter<long> refused;

    public ProtocolMetrics()
    {
        issued = meter.CreateCounter<long>("idp.tokens.issued", description: "Token responses, by grant type.");
        refused = meter.CreateCounter<long>("idp.tokens.refused", description: "Token requests that ended with an error, by its code.");
    }

    public void Issued(string grantType) => issued.Add(1, new KeyValuePair<string, object?>("grant_type", grantType));

    public void Refused(string error) => refused.Add(1, new KeyValuePair<string, object?>("error", error));

    public void Dispose() => meter.Dispose();
}
