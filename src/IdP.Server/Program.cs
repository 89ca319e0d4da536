using IdP.Server;
using IdP.Server.Hosting;

try
{
    var app = await IdPServer.BuildAsync(args);
    await app.RunAsync();
    return 0;
}
catch (ConfigurationException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return 3;
}
