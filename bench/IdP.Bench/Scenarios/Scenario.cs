namespace IdP.Bench.Scenarios;

/// <summary>The measurements that are not a price per request; each prints a line or two.</summary>
internal static class Scenario
{
    public static IReadOnlyDictionary<string, Func<Arguments, Programs, Task>> All { get; } =
        new Dictionary<string, Func<Arguments, Programs, Task>>(StringComparer.Ordinal)
        {
            ["start"] = StartUp.RunAsync,
            ["first"] = FirstRequests.RunAsync,
            ["latency"] = Latency.RunAsync,
            ["memory"] = Memory.RunAsync,
            ["gate"] = Gate.RunAsync,
            ["rows"] = Rows.RunAsync,
            ["console"] = Administration.RunAsync,
            ["import"] = Import.RunAsync,
        };
}
