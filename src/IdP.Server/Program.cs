using IdP.Server;
using IdP.Server.Cli;

return await IdPCommandLine.RunAsync(args, IdPServer.ServeAsync);
