using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Samples.RelyingParty.Apis;
using Samples.RelyingParty.Endpoints;
using Samples.RelyingParty.Pages;
using Samples.RelyingParty.Provider;
using Samples.RelyingParty.Sessions;
using Samples.RelyingParty.SignIn;
using Samples.RelyingParty.Tokens;

namespace Samples.RelyingParty;

/// <summary>Builds a web application that is a client of an OpenID provider.</summary>
public static class SampleHost
{
    /// <summary>
    /// Builds the app with its sign-in, session and sign-out routes; the caller adds its own and starts it.
    /// </summary>
    /// <param name="app">What the app is.</param>
    /// <param name="args">
    /// Settings as <c>--Key=Value</c>: Authority, ClientId, ClientSecret or ClientSecretFile, Scopes, BaseUrl, Urls, Resource.
    /// The environment may give them too.
    /// </param>
    /// <exception cref="SettingsException">A setting is missing or wrong.</exception>
    public static WebApplication Build(SampleApp app, string[] args)
    {
        // An empty builder: several hosts share a process and a folder in Demo, and must not read each other's files.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = app.Name });
        builder.Configuration
            .AddInMemoryCollection(Defaults(app))
            .AddEnvironmentVariables()
            .AddCommandLine(args);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.WebHost.UseUrls(builder.Configuration["Urls"] ?? builder.Configuration["BaseUrl"]!);
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true)
            .SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Samples", LogLevel.Information)
            // A start that fails is told by whoever started it, in one sentence.
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        AddClient(builder.Services, app, ClientSettings.Read(builder.Configuration));

        var web = builder.Build();
        web.UseMiddleware<SecurityHeaders>();
        web.UseMiddleware<ProviderFailures>();
        Assets.Map(web);
        HomeEndpoint.Map(web);
        LoginEndpoint.Map(web);
        CallbackEndpoint.Map(web);
        RefreshEndpoint.Map(web);
        UserInfoEndpoint.Map(web);
        LogoutEndpoint.Map(web);
        BackChannelLogoutEndpoint.Map(web);
        return web;
    }

    /// <summary>Runs an app on its own; a wrong setting is one sentence instead of a stack trace.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(Func<string[], WebApplication> build, string[] args)
    {
        try
        {
            await using var web = build(args);
            await web.StartAsync();
            Console.WriteLine($"{web.Environment.ApplicationName} listens on {string.Join(", ", web.Urls)}");
            await ((IHost)web).WaitForShutdownAsync();
            return 0;
        }
        catch (Exception e) when (e is SettingsException or IOException { InnerException: not null })
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private static Dictionary<string, string?> Defaults(SampleApp app) => new(StringComparer.OrdinalIgnoreCase)
    {
        ["Authority"] = "http://localhost:5080",
        ["ClientId"] = app.ClientId,
        ["ClientSecretFile"] = RepositoryRoot.SecretFile(app.ClientId),
        ["Scopes"] = "openid profile email offline_access" + (app.Api is { } api ? " " + api.Scopes : ""),
        ["Resource"] = app.Api?.Resource,
        ["BaseUrl"] = $"http://localhost:{app.Port}",
    };

    private static void AddClient(IServiceCollection services, SampleApp app, ClientSettings client)
    {
        services.AddRoutingCore();
        services.AddSingleton(app);
        services.AddSingleton(client);
        services.AddSingleton(TimeProvider.System);
        // Sessions live in memory, so a sign-in that outlives the process would have nothing to come back to: a key
        // that dies with the process is the right one.
        services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        services.AddSingleton(ProviderHttp.NewClient());
        services.AddSingleton<ProviderDocuments>();
        services.AddSingleton<TokenEndpoint>();
        services.AddSingleton<UserInfo>();
        services.AddSingleton<SignedTokens>();
        services.AddSingleton<IdTokens>();
        services.AddSingleton<LogoutTokens>();
        services.AddSingleton<PendingSignIns>();
        services.AddSingleton<SignInRequests>();
        services.AddSingleton<ApiTokens>();
        services.AddSingleton<ApiClient>();
        services.AddSingleton<AppSessions>();
        services.AddSingleton<SessionStart>();
        services.AddSingleton<Layout>();
    }
}
