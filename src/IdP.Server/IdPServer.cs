using System.Net;
using IdP.Server.Admin;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.Owners;
using IdP.Server.Hosting;
using IdP.Protocol;
using IdP.Protocol.Interactions;
using IdP.Protocol.Tokens;
using IdP.Server.Mail;
using IdP.Server.Pages;
using IdP.Server.Security;
using IdP.Server.Telemetry;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration.Json;

namespace IdP.Server;

/// <summary>The identity provider as a web application, for the program itself, the demo and the tests.</summary>
public static class IdPServer
{
    /// <summary>Builds the server, brings its database up to date and seeds it; it does not listen yet.</summary>
    /// <param name="args">Command-line configuration, such as <c>--IdP:Issuer=…</c>.</param>
    /// <param name="configure">Last changes before it is built.</param>
    /// <exception cref="ConfigurationException">The configuration cannot be used; the message names the key.</exception>
    public static async Task<WebApplication> BuildAsync(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        // Options are read once, at the start. Watching their files would watch the folder of the database too: an event
        // for every write.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = ["--hostBuilder:reloadConfigOnChange=false", .. args], ApplicationName = typeof(IdPServer).Assembly.GetName().Name,
        });
        // The file beside the program holds the defaults; one in the working folder comes after it and wins.
        var beside = new JsonConfigurationSource { Path = Path.Combine(AppContext.BaseDirectory, "appsettings.json"), Optional = true };
        beside.ResolveFileProvider();
        builder.Configuration.Sources.Insert(0, beside);
        configure?.Invoke(builder);

        var isDevelopment = builder.Environment.IsDevelopment();
        builder.Services.AddIdP(builder.Configuration, isDevelopment);
        var options = IdPOptionsRules.Read(builder.Configuration, isDevelopment);
        Listen(builder, options, isDevelopment);
        builder.Services.AddAdmin();
        builder.Services.AddPages();
        builder.Services.AddSingleton<StartGate>();
        builder.Services.AddSingleton<MetricsText>();
        builder.Services.AddHostedService<EnrollmentSweep>();
        builder.Services.AddHostedService<Cleanup>();
        builder.Services.AddHostedService<AuditKeeper>();
        builder.Services.AddHostedService<PolicyReportWriter>();
        builder.Services.AddHostedService<MailWork>();
        builder.Services.AddHostedService(services => services.GetRequiredService<AfterAnswer>());
        builder.Services.AddSingleton<NodeClock>();
        builder.Services.AddHostedService(services => services.GetRequiredService<NodeClock>());
        builder.Services.Configure<ForwardedHeadersOptions>(headers =>
        {
            // Only the client's address is taken from a proxy, and only from a known one. Scheme and host come from the
            // configured issuer, whatever a request says.
            headers.ForwardedHeaders = options.Proxy.Known.Count > 0 ? ForwardedHeaders.XForwardedFor : ForwardedHeaders.None;
            headers.KnownProxies.Clear();
            headers.KnownIPNetworks.Clear();
            foreach (var proxy in options.Proxy.Known) headers.KnownProxies.Add(IPAddress.Parse(proxy));
        });

        builder.Services.AddSingleton(services => new FormPostStyle(services.GetRequiredService<Assets>().Style));

        var app = builder.Build();
        app.UseForwardedHeaders();
        app.Use(app.Services.GetRequiredService<StartGate>().WaitAsync);
        app.MapPages();
        app.MapApi();
        MapOperations(app);
        app.MapProtocol();
        await PrepareAsync(app.Services);
        app.Services.GetRequiredService<StartGate>().Begin();
        return app;
    }

    /// <summary>To be called after the start: ends when the seed is applied, and shows the first owner's link while there is none.</summary>
    /// <exception cref="ConfigurationException">The seed cannot be applied; the server is stopped.</exception>
    public static async Task ReadyAsync(WebApplication app)
    {
        try
        {
            await app.Services.GetRequiredService<StartGate>().Seeded;
        }
        catch
        {
            // What works in the background ends before what it works with is disposed: else it complains after the reason.
            await app.StopAsync();
            throw;
        }

        if (!app.Environment.IsDevelopment()) return;

        var issuer = new Uri(app.Services.GetRequiredService<IdPOptions>().Issuer);
        if (await app.Services.GetRequiredService<OwnerSetup>().CreateLinkAsync(issuer) is not { } link) return;
        // On the console alone: it lets whoever has it become the first owner, so it is in no log.
        await Console.Out.WriteLineAsync($"""

              Nobody administers this server yet. Become its owner, within 15 minutes:
              {link.Uri}
              (idp setup-link shows a new one.)

            """);
    }

    /// <summary>Serves until it is told to stop; for the command line.</summary>
    public static async Task<int> ServeAsync(string[] args, CancellationToken ct)
    {
        await using var app = await BuildAsync(args);
        await app.StartAsync(ct);
        await ReadyAsync(app);
        await app.WaitForShutdownAsync(ct);
        return 0;
    }

    private static void Listen(WebApplicationBuilder builder, IdPOptions options, bool isDevelopment)
    {
        // Nothing configured: listen where the issuer says, which in Development is a port of this machine.
        if (builder.Configuration[WebHostDefaults.ServerUrlsKey] is null && builder.Configuration["HTTP_PORTS"] is null
            && builder.Configuration["HTTPS_PORTS"] is null && isDevelopment)
        {
            builder.WebHost.UseUrls(options.Issuer);
        }

        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 256 * 1024;
            kestrel.Limits.MaxRequestLineSize = 16 * 1024;
            if (!isDevelopment) return;
            var certificate = DevelopmentCertificate.LoadOrMake(options.Keys.Folder, TimeProvider.System);
            kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate);
        });
    }

    private static void MapOperations(WebApplication app)
    {
        MetricsEndpoint.Map(app);
        app.MapGet("/healthz", () => Results.Text("ok"));
        app.MapGet("/readyz", async (IdPDatabase database, NodeClock clock) =>
        {
            try
            {
                await database.ReadAsync(s => s.FirstAsync("SELECT version FROM change_versions", r => r.GetInt64(0)));
                // Still ready: a node less would help nobody, but whoever watches it reads why codes are refused.
                return Results.Text(await clock.ProblemAsync() is { } problem ? $"ok. {problem}" : "ok");
            }
            catch (Exception failed) when (failed is System.Data.Common.DbException or InvalidOperationException)
            {
                return Results.Text("The database does not answer.", statusCode: StatusCodes.Status503ServiceUnavailable);
            }
        });
    }

    private static Task PrepareAsync(IServiceProvider services) => DatabaseMigrator.MigrateAsync(services.GetRequiredService<IdPDatabase>(), async () =>
    {
        await services.GetRequiredService<AuditChain>().BeginAsync();
        // Under the lock, so that of several nodes that start at once one makes the first keys.
        services.GetRequiredService<IDataProtectionProvider>().CreateProtector("start").Protect("start");
        await services.GetRequiredService<SigningKeys>().EnsureAsync();
    });
}
