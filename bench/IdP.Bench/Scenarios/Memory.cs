namespace IdP.Bench.Scenarios;

/// <summary>Resident memory after the start and while 200,000 tokens are issued.</summary>
internal static class Memory
{
    public static async Task RunAsync(Arguments arguments, Programs programs)
    {
        var (server, _) = await programs.ServerAsync();
        await using var ours = server;
        var measurement = new Measurement(arguments);
        Console.Write($"\nmemory: after the start {server.Process.Memory:0} MB (target under 120)");
        // Each refresh issues an access token, an ID token and a refresh token.
        for (var tokens = 0; tokens < 200_000; tokens += 50_000)
        {
            await measurement.BatchAsync(server, "client_credentials", 30_000);
            await measurement.BatchAsync(server, "refresh", 10_000);
            Console.Write($", after {tokens + 60_000:n0} tokens {server.Process.Memory:0} MB");
        }

        Console.WriteLine(" (target under 200 and flat)");
    }
}
