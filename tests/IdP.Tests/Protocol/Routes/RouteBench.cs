using System.Globalization;
using System.Net;
using IdP.Server;
using IdP.Storage;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Users;
using IdP.Testing;
using IdP.Verification.Methods.Totp;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace IdP.Tests.Protocol.Routes;

/// <summary>Somebody in one cell of the table.</summary>
internal sealed class Guest(string id, byte[] phone)
{
    private long codes = -2;

    public string Id => id;

    /// <summary>What the authenticator app holds; changes when a new one is set up.</summary>
    public byte[] Phone { get; private set; } = phone;

    public string LastCode { get; private set; } = "";

    /// <summary>A code that was not shown before; the clock stands still, so there are three.</summary>
    public string NextCode(DateTimeOffset now)
    {
        if (++codes > 1) throw new InvalidOperationException("A person has only three codes while the clock stands still.");
        return LastCode = TotpVerifier.CodeAt(Phone, TotpVerifier.StepOf(now) + codes).ToString("D6", CultureInfo.InvariantCulture);
    }

    public void SetUp(byte[] newSecret) => (Phone, codes) = (newSecret, -2);
}

/// <summary>
/// The server in this process, with a clock that stands still and cheap password hashes. People, sessions and what
/// happens to people are bare rows, so that one check alone stands between them and a token, and not also the cleaning
/// that an admin's operation does.
/// </summary>
internal sealed class RouteBench : IAsyncDisposable
{
    public const string Password = "correct horse battery";
    public static readonly Uri Issuer = new("https://idp.example");

    private readonly TestDatabase file;
    private readonly WebApplication app;
    private readonly string passwordHash;
    private int count;

    private RouteBench(TestDatabase file, WebApplication app, TestClock clock)
    {
        (this.file, this.app, Clock) = (file, app, clock);
        passwordHash = app.Services.GetRequiredService<PasswordHasher>().Hash(Password);
    }

    public TestClock Clock { get; }

    public DateTimeOffset Now => Clock.Now;

    private IdPDatabase Database => app.Services.GetRequiredService<IdPDatabase>();

    private Catalog Catalog => app.Services.GetRequiredService<Catalog>();

    public static async Task<RouteBench> StartAsync(TestDatabaseKind kind)
    {
        var (file, clock) = (await TestDatabase.MigratedAsync(kind), new TestClock());
        string[] args =
        [
            $"--IdP:Issuer={Issuer.OriginalString}", $"--IdP:Database:Provider={file.Provider}", $"--IdP:Database:ConnectionString={file.ConnectionString}",
            $"--IdP:Keys:MasterKey={Convert.ToBase64String(new byte[32])}",
        ];
        var server = await IdPServer.BuildAsync(args, builder =>
        {
            builder.WebHost.UseTestServer();
            builder.Services.AddSingleton<TimeProvider>(clock);
            // After everything the program adds.
            builder.Host.ConfigureContainer<IServiceCollection>(services =>
                services.AddSingleton(provider => new PasswordHasher(provider.GetRequiredService<RandomSource>(), iterations: 1)));
        });
        await server.StartAsync();
        var bench = new RouteBench(file, server, clock);
        await bench.AddClientAsync("unguarded", VerificationMode.NotRequired);
        foreach (var mode in Enum.GetValues<VerificationMode>())
        {
            await bench.AddClientAsync("app-" + mode, mode);
            await bench.AddClientAsync("ask-" + mode, mode, ConsentType.Explicit);
            await bench.AddClientAsync("each-" + mode, mode, reverifyAfterMinutes: 0);
        }

        return bench;
    }

    public HttpMessageHandler Handler() => ((TestServer)app.Services.GetRequiredService<IServer>()).CreateHandler();

    public Task AddClientAsync(string clientId, VerificationMode mode, ConsentType consent = ConsentType.Implicit, int reverifyAfterMinutes = 480) => Catalog.ChangeAsync(db =>
    {
        db.Clients.Add(new Client
        {
            ClientId = clientId, DisplayName = clientId, RedirectUris = ["https://client.example/callback"], Consent = consent,
            GrantTypes = ["authorization_code", "refresh_token", DeviceAtHand.GrantType], Scopes = ["openid", "offline_access"], CreatedAt = Now, UpdatedAt = Now,
        });
        db.ClientSecrets.Add(new ClientSecret { Id = clientId, ClientId = clientId, Hash = "sha256:" + Handle.HashOf("s3cret"), CreatedAt = Now });
        db.ResourcePolicies.Add(new ResourcePolicyRow { Kind = ResourceKind.Client, ResourceId = clientId, Mode = mode, ReverifyAfterMinutes = reverifyAfterMinutes });
        return Task.FromResult(true);
    });

    /// <summary>A client that only one cell uses.</summary>
    public async Task<string> AddOwnClientAsync(VerificationMode mode)
    {
        var clientId = $"own-{Interlocked.Increment(ref count)}";
        await AddClientAsync(clientId, mode);
        return clientId;
    }

    public Task SetModeAsync(string clientId, VerificationMode mode) => Catalog.ChangeAsync(async db =>
    {
        (await db.ResourcePolicies.SingleAsync(p => p.ResourceId == clientId)).Mode = mode;
        return true;
    });

    /// <summary>Adds a person as they are before anything happens to them.</summary>
    public async Task<Guest> AddAsync(State state, params List<string> roles)
    {
        var secrets = app.Services.GetRequiredService<TotpSecrets>();
        var guest = new Guest($"guest-{Interlocked.Increment(ref count)}", secrets.New());
        await Database.SaveAsync(db =>
        {
            db.Users.Add(new User
            {
                Id = guest.Id, UserName = guest.Id, NormalizedUserName = UserNames.Normalize(guest.Id), DisplayName = guest.Id,
                PasswordHash = passwordHash, Roles = roles, CreatedAt = Now, UpdatedAt = Now,
            });
            if (state.Begin == Enrolled.InPeriod) db.Enrollments.Add(new Enrollment { UserId = guest.Id, RequiredAt = Now, RequiredBy = "admin", Deadline = Now.AddDays(3) });
            if (state.Begin == Enrolled.Yes)
            {
                db.Enrollments.Add(new Enrollment { UserId = guest.Id, ActiveSince = Now });
                db.TotpAuthenticators.Add(new TotpAuthenticator
                {
                    Id = "totp-" + guest.Id, UserId = guest.Id, Name = "App", LastStep = 0, ConfirmedAt = Now, ProtectedSecret = secrets.Protect(guest.Phone, guest.Id),
                });
            }

            return Task.CompletedTask;
        });
        return guest;
    }

    /// <summary>Lets happen to a person what their state names.</summary>
    public Task ChangeAsync(Guest guest, State state) => state.Happens is null
        ? Task.CompletedTask
        : Database.SaveAsync(db => state.Happens(db, guest.Id, Now));

    /// <summary>A session of a minute ago, made before anything happened to the person.</summary>
    public async Task<Cookie> SessionAsync(Guest guest, Proven proven)
    {
        var (handle, at) = (Handle.New(new RandomSource()), Now.AddMinutes(-1));
        await Database.SaveAsync(db =>
        {
            db.Sessions.Add(new Session
            {
                Id = "session-of-" + guest.Id, HandleHash = Handle.HashOf(handle), UserId = guest.Id, PasswordAt = at, Amr = proven == Proven.Code ? "pwd otp mfa" : "pwd",
                VerifiedAt = proven == Proven.Code ? at : null, SkippedAt = proven == Proven.Skip ? at : null, CreatedAt = at, LastSeenAt = Now, ExpiresAt = Now.AddHours(8),
            });
            return Task.CompletedTask;
        });
        return CookieOf("__Host-idp_session", handle);
    }

    /// <summary>A sign-in whose password was proven a minute ago.</summary>
    public async Task<Cookie> PendingAsync(Guest guest)
    {
        var (handle, at) = (Handle.New(new RandomSource()), Now.AddMinutes(-1));
        await Database.SaveAsync(async db =>
        {
            var generation = (await db.Users.SingleAsync(u => u.Id == guest.Id)).CredentialGeneration;
            db.PendingSignIns.Add(new PendingSignIn
            {
                Id = "pending-of-" + guest.Id, HandleHash = Handle.HashOf(handle), UserId = guest.Id, PasswordAt = at, ExpiresAt = at.AddMinutes(10), CredentialGeneration = generation,
            });
        });
        return CookieOf("__Host-idp_pending", handle);
    }

    public static Cookie CookieOf(string name, string value) => new(name, value, "/", Issuer.Host) { Secure = true };

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        await file.DisposeAsync();
    }
}
