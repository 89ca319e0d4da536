using IdP.Bench.Subjects;

namespace IdP.Bench;

/// <summary>Keeps one operation under load and says how to look into the server meanwhile.</summary>
internal static class Profiling
{
    public static async Task<int> RunAsync(Arguments arguments, Programs programs)
    {
        if (arguments.Operations is not [var name] || Operation.All.FirstOrDefault(o => o.Name == name) is not { } operation)
        {
            Console.WriteLine("--profile needs the name of one operation.");
            return 2;
        }

        // perf reads the map, and finds its names only where code is not mapped twice. Tiers are left as they are.
        var settings = new Dictionary<string, string>(operation.Settings) { ["DOTNET_PerfMapEnabled"] = "1", ["DOTNET_EnableWriteXorExecute"] = "0" };
        var (server, _) = await programs.ServerAsync(settings: settings);
        await using var ours = server;
        var measurement = new Measurement(arguments);
        Console.WriteLine($"""
            The server's process is {server.Process.Id}. For {arguments.Seconds} s after the warm-up, for example:
              CPU by method       perf record -g -p {server.Process.Id} -o perf.data -- sleep 10 && perf report -i perf.data --no-children
              without the kernel  perf record -e cpu-clock:u ...
              allocations         dotnet-counters monitor -p {server.Process.Id} System.Runtime, or start with
                                  --set DOTNET_EventPipeOutputPath=trace.nettrace --set DOTNET_EnableEventPipe=1
                                  --set DOTNET_EventPipeConfig=Microsoft-Windows-DotNETRuntime:0x1:5
            """);
        for (var i = 0; i < 6; i++) await measurement.BatchAsync(server, name, 4000);
        Console.WriteLine("Warm.");
        var end = DateTimeOffset.UtcNow.AddSeconds(arguments.Seconds);
        while (DateTimeOffset.UtcNow < end) Console.WriteLine($"{await measurement.BatchAsync(server, name, 4000):0.000} CPU ms");
        return 0;
    }
}
