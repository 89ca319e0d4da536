using IdP.Server.Configuration;

namespace IdP.Server.Hosting;

/// <summary>
/// Applies the seed while the server already answers what does not depend on it (discovery, keys, health); every other
/// request waits the moment until it is done, so that nobody meets a half-seeded server.
/// </summary>
internal sealed class StartGate(IServiceProvider services, IdPOptions options)
{
    private Task seeding = Task.CompletedTask;

    /// <summary>Ends when the seed is applied.</summary>
    /// <exception cref="ConfigurationException">The seed cannot be applied; the message has every error with its path.</exception>
    public Task Seeded => seeding;

    public void Begin()
    {
        if (options.Seed.File is { Length: > 0 } file) seeding = Task.Run(() => SeedFile.ApplyAsync(services, file));
    }

    /// <summary>Before everything but what needs no seed.</summary>
    public async Task WaitAsync(HttpContext http, RequestDelegate next)
    {
        if (!seeding.IsCompletedSuccessfully && !NeedsNoSeed(http.Request.Path))
        {
            try
            {
                await seeding;
            }
            catch (ConfigurationException)
            {
                // The program is about to stop, and says why on its console.
                http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }
        }

        await next(http);
    }

    private static bool NeedsNoSeed(PathString path) => path.StartsWithSegments("/.well-known", StringComparison.Ordinal) || path == "/healthz";
}
