using System.Text;
using IdP.Server;
using IdP.Server.Admin;
using IdP.Server.Admin.Users;
using IdP.Server.Configuration;
using IdP.Storage;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Users;
using IdP.Testing;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IdP.Tests.Server;

/// <summary>The operations on a database of their own, with a clock that a test moves and cheap password hashes.</summary>
internal abstract class AdminFixture(TestDatabaseKind kind)
{
    protected const string Reason = "a test";

    private TestDatabase testDatabase = null!;
    private TempFolder folder = null!;
    private ServiceProvider services = null!;

    protected static Actor Actor { get; } = new("cli:tester");

    /// <summary>Who may name a first owner.</summary>
    protected static Actor Seed => Actor.Seed;

    /// <summary>Keys besides those of the database.</summary>
    protected virtual IReadOnlyDictionary<string, string?> Configuration => new Dictionary<string, string?>();

    protected static CancellationToken Ct => CancellationToken.None;

    protected TestClock Clock { get; private set; } = null!;

    protected DateTimeOffset Now => Clock.GetUtcNow();

    protected string Folder => folder.Path;

    protected IdPDatabase Database => Get<IdPDatabase>();

    [SetUp]
    public async Task Open()
    {
        testDatabase = await TestDatabase.MigratedAsync(kind);
        folder = new TempFolder();
        Clock = new TestClock();
        services = Build();
    }

    [TearDown]
    public async Task Close()
    {
        await services.DisposeAsync();
        await testDatabase.DisposeAsync();
        folder.Dispose();
    }

    /// <summary>The services of another node: on the same database, with the same clock.</summary>
    protected ServiceProvider OtherNode() => Build();

    protected T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    protected async Task AddUserAsync(string name, params string[] roles) =>
        Assert.That(await Get<AddUser>().HandleAsync(
            new(name, new UserPatch { Roles = [.. roles] }, "a long enough password", MustChangePassword: false, Reason), Seed, Ct), Is.TypeOf<AddUser.Outcome.Added>());

    protected Task<RequireVerification.Outcome> RequireAsync(string name, int days) => Get<RequireVerification>().HandleAsync(new(name, days, Reason), Actor, Ct);

    protected async Task<ShowUser.Person> PersonAsync(string name) => (await Get<ShowUser>().HandleAsync(name, Ct))!;

    protected async Task<User> StoredAsync(string name)
    {
        await using var db = Database.CreateContext();
        var normalized = UserNames.Normalize(name);
        return await db.Users.SingleAsync(u => u.NormalizedUserName == normalized);
    }

    /// <summary>The person has confirmed an authenticator.</summary>
    protected async Task EnrollAsync(string name)
    {
        var user = await StoredAsync(name);
        await Database.SaveAsync(async db =>
        {
            db.TotpAuthenticators.Add(new TotpAuthenticator { Id = Get<RandomSource>().NewId(), UserId = user.Id, Name = "App", ProtectedSecret = "v1.x.y", ConfirmedAt = Now });
            db.RecoveryCodes.Add(new RecoveryCode { Hash = Get<RandomSource>().NewId(), UserId = user.Id, CreatedAt = Now });
            if (await db.Enrollments.FindAsync(user.Id) is { } enrollment) (enrollment.Deadline, enrollment.ActiveSince) = (null, Now);
        });
    }

    protected async Task LockAttemptsAsync(string name, string attempts)
    {
        var user = await StoredAsync(name);
        await Database.SaveAsync(db =>
        {
            db.AttemptCounts.Add(new AttemptCount { Kind = attempts, Owner = user.Id, Failures = 5, LastAt = Now, LockedAt = Now, Reference = "LK-TEST-22" });
            return Task.CompletedTask;
        });
    }

    protected async Task<int> CountAuditAsync()
    {
        await using var db = Database.CreateContext();
        return await db.AuditEvents.CountAsync();
    }

    protected (ApplyDocument? Document, IReadOnlyList<DocumentError> Errors) Read(string json) => ApplyDocument.Read(Encoding.UTF8.GetBytes(json), Folder);

    protected async Task<ApplyResult> ApplyAsync(string json, bool dryRun = false, bool atStart = false)
    {
        var (document, errors) = Read(json);
        Assert.That(errors, Is.Empty);
        return await Get<DocumentApply>().HandleAsync(document!, new ApplyMode(atStart ? Seed : Actor, Reason, KeepPasswords: atStart), dryRun, Ct);
    }

    private ServiceProvider Build()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(Configuration)
        {
            ["IdP:Database:Provider"] = testDatabase.Provider,
            ["IdP:Database:ConnectionString"] = testDatabase.ConnectionString,
            ["IdP:Keys:MasterKey"] = Convert.ToBase64String(new byte[32]),
        }).Build();
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddSingleton<TimeProvider>(Clock);
        collection.AddIdP(configuration, isDevelopment: true);
        collection.AddAdmin();
        collection.Replace(ServiceDescriptor.Singleton(provider => new PasswordHasher(provider.GetRequiredService<RandomSource>(), iterations: 1000)));
        return collection.BuildServiceProvider();
    }
}
