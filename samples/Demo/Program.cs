using Samples.Demo;

try
{
    return await DemoRun.RunAsync(args);
}
catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
{
    // Someone took the port between the look and the start; Kestrel's sentence names it.
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
