using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using IdP.Testing;
using IdP.Verification.Methods.Totp;
using NUnit.Framework.Interfaces;

namespace IdP.Tests.Server.Journeys;

/// <summary>A server that listens, with the people and applications that one fixture names.</summary>
internal abstract class ServerFixture(TestDatabaseKind kind)
{
    public const string Password = "quiet-harbour-lantern-27";

    // Looks generated, so that it is kept by a fast hash.
    protected const string Secret = "Zq3vT8nXw1LrB6yKdM0pHs9GfAeJ2cUo4iR7tVbN5xQ";

    private static readonly JsonSerializerOptions WithoutNulls = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private static readonly string[] GrantTypes = ["authorization_code", "refresh_token"];
    private static readonly string[] Scopes = ["openid", "profile", "email", "offline_access"];

    private readonly List<IDisposable> opened = [];
    private readonly Dictionary<string, RelyingParty> apps = [];
    private readonly Dictionary<string, Phone> phones = [];
    private readonly Lock gate = new();

    protected TestDatabaseKind Kind => kind;

    protected TestDatabase Database { get; private set; } = null!;

    protected TestedServer Server { get; private set; } = null!;

    protected abstract IEnumerable<object> People { get; }

    protected abstract IEnumerable<object> Apps { get; }

    // So many tests come from one address that the limit for addresses would stop them.
    protected virtual object Settings => new { addressAttempts = 100_000, supportContact = "support@example.com" };

    /// <summary>Configuration of the server besides its database.</summary>
    protected virtual IReadOnlyDictionary<string, string>? Configuration => null;

    protected virtual Task<TestDatabase> NewDatabaseAsync() => TestDatabase.MigratedAsync(kind);

    protected virtual async Task<TestedServer> NewServerAsync(string seed) => await ServerInProcess.StartAsync(Database, seed, Configuration);

    [OneTimeSetUp]
    public async Task Start_the_server()
    {
        Requires.Database(kind);
        Requires.Oathtool();
        Database = await NewDatabaseAsync();
        Server = await NewServerAsync(JsonSerializer.Serialize(new { settings = Settings, users = People, clients = Apps }, WithoutNulls));
    }

    [OneTimeTearDown]
    public async Task Stop_the_server()
    {
        foreach (var one in opened) one.Dispose();
        if (Server is not null) await Server.DisposeAsync();
        if (Database is not null) await Database.DisposeAsync();
    }

    /// <summary>What broke in the server explains an answer 500.</summary>
    [TearDown]
    public void Say_what_broke()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status != TestStatus.Failed || Server is null) return;
        foreach (var said in Server.Output.Split("\nError: ").Skip(1).TakeLast(3)) TestContext.Out.WriteLine("The server said: " + said[..Math.Min(said.Length, 4000)]);
    }

    /// <summary>Somebody who has a password and nothing else.</summary>
    protected static object Person(string name) => Seed(name);

    /// <summary>Somebody whose enrollment period begins.</summary>
    protected static object Required(string name) => Seed(name, verification: "required");

    /// <summary>Somebody who has an authenticator app.</summary>
    protected static object Enrolled(string name) => Seed(name, totpSecret: SecretOf(name));

    protected static object App(string id, string mode, int? reverifyAfterMinutes = null, string consent = "implicit", string? method = null, string alg = "RS256", int? rememberBrowserDays = null) => new
    {
        clientId = id,
        clientSecret = method == "none" ? null : Secret,
        displayName = id,
        type = method == "none" ? "public" : "confidential",
        tokenEndpointAuthMethod = method ?? "client_secret_basic",
        redirectUris = new[] { RedirectUri(id) },
        postLogoutRedirectUris = new[] { $"https://{id}.example/signed-out" },
        grantTypes = GrantTypes,
        scopes = Scopes,
        consent,
        identityVerification = mode,
        reverifyAfterMinutes = reverifyAfterMinutes ?? 480,
        rememberBrowserDays,
        idTokenSigningAlg = alg,
    };

    protected static string RedirectUri(string id) => $"https://{id}.example/callback";

    /// <summary>An application that was registered by <see cref="App"/>, as its client.</summary>
    protected RelyingParty AppOf(string id)
    {
        lock (gate)
        {
            if (!apps.TryGetValue(id, out var app)) opened.Add(apps[id] = app = new RelyingParty(Server.Issuer, id, Secret, RedirectUri(id)));
            return app;
        }
    }

    /// <summary>A browser of a person, without cookies.</summary>
    protected Visitor Browser(string person)
    {
        var visitor = new Visitor(Server, person, Phone(person));
        lock (gate) opened.Add(visitor);
        return visitor;
    }

    /// <summary>The authenticator app of somebody who is <see cref="Enrolled"/>.</summary>
    protected Phone Phone(string person)
    {
        lock (gate)
        {
            if (!phones.TryGetValue(person, out var phone)) phones[person] = phone = new Phone(SecretOf(person));
            return phone;
        }
    }

    /// <summary>Signs somebody in at an application and redeems the code; verifies when that is asked.</summary>
    protected async Task<(Journey Journey, JsonElement Tokens)> SignInAsync(string person, string app, string scope = "openid offline_access")
    {
        var journey = await Browser(person).OpenAsync(AppOf(app), scope);
        await journey.SignInAsync();
        if (journey.At == "/verify") await journey.VerifyAsync();
        return (journey, await journey.TokensAsync());
    }

    /// <summary>Runs the command line, which must succeed; the server knows afterwards.</summary>
    protected async Task<string> CommandAsync(params string[] arguments) => (await Server.CommandAsync(arguments)).Succeeded();

    /// <summary>An admin issues a pass for a first enrollment.</summary>
    protected async Task<string> PassAsync(string person) =>
        JsonDocument.Parse(await CommandAsync("users", "enrollment-pass", person, "--json")).RootElement.GetProperty("pass").GetString()!;

    /// <summary>How many audit events of these names a person has.</summary>
    protected async Task<int> CountEventsAsync(string person, params string[] events)
    {
        await using var database = Database.Open();
        var count = 0;
        foreach (var name in events)
        {
            count += await database.ReadAsync(s => s.FirstAsync(
                "SELECT COUNT(*) FROM audit_events e JOIN users u ON u.id = e.user_id WHERE u.user_name = @p0 AND e.event = @p1", row => row.GetInt32(0), person, name));
        }

        return count;
    }

    /// <summary>Changes rows behind the server's back, as if time had gone by.</summary>
    protected async Task ExecuteAsync(string sql, params object?[] arguments)
    {
        await using var database = Database.Open();
        await database.WriteAsync(s => s.ExecuteAsync(sql, arguments));
    }

    /// <summary>As if the days had gone by.</summary>
    protected Task LetTheDeadlinePassAsync(string person) => ExecuteAsync(
        "UPDATE enrollments SET deadline = @p0 WHERE user_id = (SELECT id FROM users WHERE user_name = @p1)", DateTimeOffset.UtcNow.AddMinutes(-1), person);

    /// <summary>As if the person had signed in, and verified, so long ago.</summary>
    protected Task LetTimePassAsync(string person, TimeSpan time) => ExecuteAsync(
        "UPDATE sessions SET password_at = password_at - @p0, verified_at = verified_at - @p0 WHERE user_id = (SELECT id FROM users WHERE user_name = @p1)",
        (long)time.TotalMilliseconds, person);

    private static object Seed(string name, string? verification = null, string? totpSecret = null)
    {
        var seed = new Dictionary<string, object>
        {
            ["username"] = name, ["displayName"] = name, ["email"] = $"{name}@example.com", ["emailVerified"] = true, ["password"] = Password,
        };
        if (verification is not null) seed["verification"] = verification;
        if (totpSecret is not null) seed["totpSecret"] = totpSecret;
        return seed;
    }

    private static string SecretOf(string name) => Base32.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 20).ToArray());

    /// <summary>The claims of a JWT, whose signature other tests look at.</summary>
    internal static JsonElement ClaimsOf(string jwt) => JsonDocument.Parse(Base64Url.DecodeFromChars(jwt.Split('.')[1])).RootElement;
}
