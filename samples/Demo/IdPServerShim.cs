namespace IdP.Server;

/// <summary>Temporary: answers discovery only, until the server's own entry point takes its place.</summary>
internal static class IdPServer
{
    public static Task<WebApplication> BuildAsync(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        configure?.Invoke(builder);
        var app = builder.Build();
        app.Urls.Add("http://localhost:5080");
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = "http://localhost:5080" }));
        return Task.FromResult(app);
    }
}
