namespace IdP.Bench.Scenarios;

/// <summary>From the start of the process to the first answer of discovery, on all cores.</summary>
internal static class StartUp
{
    private const int Starts = 5;
    private const string AllCores = "0-1";

    public static async Task RunAsync(Arguments arguments, Programs programs)
    {
        var (first, later, cpu, memory) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < Starts; i++)
        {
            var database = await programs.DatabaseAsync();
            foreach (var times in new[] { first, later })
            {
                var (process, address) = programs.StartServer(database, people: null, cores: AllCores);
                await using var running = process;
                times.Add((await process.AnswersAsync(new Uri(address, ".well-known/openid-configuration"))).TotalSeconds);
                if (times == first) continue;
                cpu.Add(process.Cpu.TotalSeconds);
                memory.Add(process.Memory);
            }
        }

        Console.WriteLine($"\nstart: first run on an empty database {first.Min():0.00} s (median {Median(first):0.00}; target under 2), later {later.Min():0.00} s "
            + $"(median {Median(later):0.00}; target under 1) with {Median(cpu):0.00} s CPU; resident after it {Median(memory):0} MB (target under 120)");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
