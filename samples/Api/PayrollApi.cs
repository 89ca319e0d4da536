using Samples.Api.Guarding;
using Samples.Api.Tokens;

namespace Samples.Api;

/// <summary>
/// An API that takes access tokens of the identity provider. It is no client: it has no secret, and nobody signs in to it.
/// </summary>
public static class PayrollApi
{
    public const int Port = 5083;

    /// <param name="args">Settings as <c>--Key=Value</c>: Authority, Audience, Urls. The environment may give them too.</param>
    /// <param name="clock">By which tokens and keys grow old; null: the system's.</param>
    public static WebApplication Build(string[] args, TimeProvider? clock = null)
    {
        // An empty builder: several hosts share a process and a folder in Demo, and must not read each other's files.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Payroll API" });
        builder.Configuration.AddInMemoryCollection(Defaults).AddEnvironmentVariables().AddCommandLine(args);
        var settings = ApiSettings.Read(builder.Configuration);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.WebHost.UseUrls(builder.Configuration["Urls"] ?? settings.Audience);
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true)
            .SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        builder.Services.AddSingleton<IssuerKeys>();
        builder.Services.AddSingleton<AccessTokens>();

        var web = builder.Build();
        web.UseMiddleware<Guard>();
        Salaries.Map(web);
        return web;
    }

    private static Dictionary<string, string?> Defaults => new(StringComparer.OrdinalIgnoreCase)
    {
        ["Authority"] = "http://localhost:5080",
        ["Audience"] = $"http://localhost:{Port}",
    };
}
