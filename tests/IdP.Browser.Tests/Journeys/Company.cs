using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Samples.Api;
using Samples.Notes;
using Samples.Payroll;

namespace IdP.Browser.Tests.Journeys;

/// <summary>
/// The server, the two sample applications and the API, and Maya, who has seven days to set up identity
/// verification.
/// </summary>
public sealed class Company : IAsyncDisposable
{
    public const string UserName = "maya";
    public const string Password = "quiet-harbour-lantern-27";
    private const string Secret = "a secret that only the tests use, long enough";

    private Company(TestDatabase database, ServerInProcess server, IReadOnlyList<WebApplication> apps, string notesUrl, string payrollUrl)
    {
        (Database, Server, this.apps, Notes, Payroll) = (database, server, apps, notesUrl, payrollUrl);
    }

    private readonly IReadOnlyList<WebApplication> apps;

    public TestDatabase Database { get; }

    public ServerInProcess Server { get; }

    /// <summary>Asks for nothing but the password.</summary>
    public string Notes { get; }

    /// <summary>Asks for identity verification.</summary>
    public string Payroll { get; }

    public string Portal => Server.Issuer.OriginalString + "/portal";

    public static async Task<Company> OpenAsync(TestDatabaseKind kind, string payrollMode = "required")
    {
        var database = await TestDatabase.CreateAsync(kind);
        var (notesUrl, payrollUrl, apiUrl) = (NewAddress(), NewAddress(), NewAddress());
        var seed = JsonSerializer.Serialize(new
        {
            settings = new { supportContact = "support@example.com", preferredAuthenticator = "Microsoft Authenticator" },
            users = new[] { new { username = UserName, email = "maya@example.com", emailVerified = true, displayName = "Maya Okafor", password = Password, verification = "required" } },
            apis = new[] { new { audience = apiUrl, displayName = "Payroll API", scopes = new[] { "payroll.read", "payroll.write" } } },
            clients = new[] { Client("notes", "Notes", notesUrl, "notRequired", "payroll.read"), Client("payroll", "Payroll", payrollUrl, payrollMode) },
        });
        var server = await ServerInProcess.StartAsync(database, seed, new Dictionary<string, string> { ["IdP__Branding__Name"] = "Larkfield" });
        var settings = new[] { $"--Authority={server.Issuer.OriginalString}", $"--ClientSecret={Secret}" };
        WebApplication[] started =
        [
            NotesApp.Build([.. settings, $"--BaseUrl={notesUrl}", $"--Resource={apiUrl}"]),
            PayrollApp.Build([.. settings, $"--BaseUrl={payrollUrl}"]),
            PayrollApi.Build([.. settings, $"--Audience={apiUrl}"]),
        ];
        await Task.WhenAll(started.Select(app => app.StartAsync()));
        return new Company(database, server, started, notesUrl, payrollUrl);
    }

    /// <summary>Moves the end of Maya's enrollment period into the past, as if the days had gone by.</summary>
    public async Task LetTheDeadlinePassAsync()
    {
        await using var database = Database.Open();
        await database.WriteAsync(s => s.ExecuteAsync("UPDATE enrollments SET deadline = @p0", DateTimeOffset.UtcNow.AddMinutes(-1)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in apps) await app.DisposeAsync();
        await Server.DisposeAsync();
        await Database.DisposeAsync();
    }

    private static string NewAddress() => $"http://localhost:{FreePort.Find()}";

    private static object Client(string id, string name, string url, string mode, params string[] apiScopes) => new
    {
        clientId = id, clientSecret = Secret, displayName = name, type = "confidential",
        redirectUris = new[] { url + "/callback" }, postLogoutRedirectUris = new[] { url + "/signed-out" },
        grantTypes = new[] { "authorization_code", "refresh_token" }, scopes = (string[])["openid", "profile", "email", "offline_access", .. apiScopes],
        consent = "implicit", identityVerification = mode,
    };
}
