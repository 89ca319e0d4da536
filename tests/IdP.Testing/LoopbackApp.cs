using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace IdP.Testing;

/// <summary>A few routes on a real port of this machine, for a test that needs somebody to talk to.</summary>
public sealed class LoopbackApp : IAsyncDisposable
{
    private readonly WebApplication app;

    private LoopbackApp(WebApplication app) => (this.app, Address) = (app, new Uri(app.Urls.First()));

    public Uri Address { get; }

    public static async Task<LoopbackApp> StartAsync(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var built = builder.Build();
        map(built);
        await built.StartAsync();
        return new LoopbackApp(built);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
