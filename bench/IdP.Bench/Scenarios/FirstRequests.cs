namespace IdP.Bench.Scenarios;

/// <summary>What the first thousand requests after a start cost, beside the steady price.</summary>
internal static class FirstRequests
{
    public static async Task RunAsync(Arguments arguments, Programs programs)
    {
        Console.WriteLine();
        foreach (var operation in new[] { "client_credentials", "code", "refresh" })
        {
            var (server, _) = await programs.ServerAsync();
            await using var ours = server;
            var measurement = new Measurement(arguments);
            var first = await measurement.BatchAsync(server, operation, 1000);
            var later = new List<double>();
            for (var i = 0; i < 12; i++) later.Add(await measurement.BatchAsync(server, operation, 4000));
            var steady = later.Order().ElementAt(2);
            Console.WriteLine($"first 1,000 of {operation}: {first:0.000} CPU ms each, steady {steady:0.000}: {first / steady:0.0} times (target at most 3)");
        }
    }
}
