using Samples.Api;

await using var api = PayrollApi.Build(args);
await api.StartAsync();
Console.WriteLine($"{api.Environment.ApplicationName} listens on {string.Join(", ", api.Urls)}");
await api.WaitForShutdownAsync();
