using System.Globalization;
using System.Net;
using IdP.Storage;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Keys;
using IdP.Storage.Settings;
using IdP.Storage.Users;
using IdP.Testing;
using IdP.Verification;
using IdP.Verification.Decisions;
using IdP.Verification.Methods.Totp;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Tests.Verification;

/// <summary>Somebody who can sign in.</summary>
internal sealed record Someone(string Id, string Name, string Password, byte[] Secret)
{
    /// <summary>The code that their app shows.</summary>
    public string CodeAt(DateTimeOffset time) => Text(TotpVerifier.CodeAt(Secret, TotpVerifier.StepOf(time)));

    /// <summary>A different code each time, right at none of the steps around the moment.</summary>
    public IEnumerable<string> WrongCodesAt(DateTimeOffset time)
    {
        var right = Enumerable.Range(-2, 5).Select(away => CodeAt(time.AddSeconds(away * 30))).ToHashSet();
        return Enumerable.Range(0, 1_000_000).Select(Text).Where(code => !right.Contains(code));
    }

    private static string Text(int code) => code.ToString("D6", CultureInfo.InvariantCulture);
}

/// <summary>The verification services as the program puts them together, on a database of their own, with cheap password hashes.</summary>
internal sealed class SignInBench : IAsyncDisposable
{
    public const string Password = "correct horse battery";
    public const int Iterations = 1000;

    private readonly TestDatabase file;
    private readonly ServiceProvider services;

    private SignInBench(TestDatabase file, IdPDatabase database, SignInOptions options, int gateWidth, TimeProvider? clock, int iterations)
    {
        (this.file, Database) = (file, database);
        Catalog = new Catalog(database);
        services = new ServiceCollection()
            .AddSingleton(clock ?? Clock)
            .AddSingleton(new RandomSource())
            .AddSingleton(new MasterKeys([.. Enumerable.Repeat((byte)7, 32)]))
            .AddSingleton(options)
            .AddVerification()
            .AddSingleton(provider => new PasswordHasher(provider.GetRequiredService<RandomSource>(), iterations))
            .AddSingleton(_ => new PasswordGate(gateWidth))
            // Given, not made by the container: it does not dispose them.
            .AddSingleton(Database)
            .AddSingleton(Catalog)
            .BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true, ValidateOnBuild = true });
    }

    public TestClock Clock { get; } = new();

    public IdPDatabase Database { get; }

    public Catalog Catalog { get; }

    public DateTimeOffset Now => Clock.Now;

    public static ResourcePolicy Unguarded { get; } = Policy(VerificationMode.NotRequired);

    public static ResourcePolicy Required { get; } = Policy(VerificationMode.Required);

    public static ResourcePolicy Always { get; } = Policy(VerificationMode.Always);

    public static async Task<SignInBench> CreateAsync(TestDatabaseKind kind, int gateWidth = 64, TimeProvider? clock = null, int iterations = Iterations)
    {
        var made = await TestDatabase.MigratedAsync(kind);
        // A small pool, as many fixtures share the cluster.
        var options = kind == TestDatabaseKind.Postgres ? made.Options with { ConnectionString = made.ConnectionString + ";Maximum Pool Size=20" } : made.Options;
        return new SignInBench(made, new IdPDatabase(options), new SignInOptions { SlowDownStep = TimeSpan.Zero, CanMail = true }, gateWidth, clock, iterations);
    }

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public Browser NewBrowser(string address = "192.0.2.1") => new(services, address);

    /// <summary>Adds a person with a password and, when enrolled, an authenticator.</summary>
    public async Task<Someone> AddAsync(string name = "anna", bool enrolled = false, Action<User>? user = null, Action<Enrollment>? enrollment = null)
    {
        var someone = new Someone("id-" + name, name, Password, Get<TotpSecrets>().New());
        var row = new User
        {
            Id = someone.Id, UserName = name, NormalizedUserName = UserNames.Normalize(name), DisplayName = name,
            PasswordHash = Get<PasswordHasher>().Hash(Password), CreatedAt = Now, UpdatedAt = Now,
        };
        user?.Invoke(row);
        await Database.SaveAsync(db =>
        {
            db.Users.Add(row);
            if (enrolled || enrollment is not null)
            {
                var state = new Enrollment { UserId = row.Id, ActiveSince = enrolled ? Now : null };
                enrollment?.Invoke(state);
                db.Enrollments.Add(state);
            }

            if (enrolled) db.TotpAuthenticators.Add(Authenticator(someone));
            return Task.CompletedTask;
        });
        return someone;
    }

    /// <summary>Somebody whose enrollment period runs.</summary>
    public Task<Someone> AddInPeriodAsync(TimeSpan left, string name = "anna") => AddAsync(name, enrollment: e =>
    {
        e.RequiredAt = Now;
        e.RequiredBy = "admin";
        e.Deadline = Now + left;
    });

    /// <summary>A browser in which the person has given the password.</summary>
    public async Task<Browser> PendingAsync(Someone who)
    {
        var browser = NewBrowser();
        Assert.That(await browser.SignInAsync(who.Name, who.Password), Is.InstanceOf<PasswordOutcome.Right>());
        return browser;
    }

    /// <summary>A browser with a session whose verification is of now.</summary>
    public async Task<Browser> VerifiedAsync(Someone who)
    {
        var browser = await PendingAsync(who);
        Assert.That(await browser.CheckAsync(who.CodeAt(Now)), Is.InstanceOf<IdP.Verification.Methods.CodeCheck.Accepted>());
        return browser;
    }

    public Task SetAsync(string name, string json) => Catalog.ChangeAsync(async db =>
    {
        if (await db.Settings.FindAsync(name) is { } setting) setting.Value = json;
        else db.Settings.Add(new Setting { Name = name, Value = json });
        return true;
    });

    public async Task<Person> PersonAsync(Someone who) => (await Get<People>().FindAsync(who.Id))!;

    public async Task<AttemptCount?> CountAsync(string kind, string owner)
    {
        await using var db = Database.CreateContext();
        return await db.AttemptCounts.SingleOrDefaultAsync(c => c.Kind == kind && c.Owner == owner);
    }

    public async Task<List<string>> AuditAsync()
    {
        await using var db = Database.CreateContext();
        return await db.AuditEvents.OrderBy(e => e.Id).Select(e => e.Event).ToListAsync();
    }

    public async Task<T> QueryAsync<T>(Func<IdPDbContext, Task<T>> query)
    {
        await using var db = Database.CreateContext();
        return await query(db);
    }

    /// <summary>What an admin's reset does: authenticators and codes go, and what was proven does not count any more.</summary>
    public Task ResetAsync(Someone who, TimeSpan? period = null) => Database.SaveAsync(async db =>
    {
        await db.TotpAuthenticators.Where(a => a.UserId == who.Id).ExecuteDeleteAsync();
        await db.RecoveryCodes.Where(c => c.UserId == who.Id).ExecuteDeleteAsync();
        (await db.Users.SingleAsync(u => u.Id == who.Id)).CredentialGeneration++;
        var enrollment = await db.Enrollments.SingleAsync(e => e.UserId == who.Id);
        (enrollment.RequiredAt, enrollment.ActiveSince, enrollment.Cause) = (Now, null, EnrollmentCause.Reset);
        (enrollment.MustEnroll, enrollment.Deadline) = (period is null, period is { } days ? Now + days : null);
    });

    /// <summary>Runs the work many times at once, each on a thread of its own.</summary>
    public static Task<T[]> AtOnceAsync<T>(int times, Func<int, Task<T>> work) =>
        Task.WhenAll(Enumerable.Range(0, times).Select(number => Task.Run(() => work(number))));

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await Catalog.DisposeAsync();
        await Database.DisposeAsync();
        await file.DisposeAsync();
    }

    private static ResourcePolicy Policy(VerificationMode mode) => new() { Kind = ResourceKind.Client, ResourceId = "app", Mode = mode };

    private TotpAuthenticator Authenticator(Someone who) => new()
    {
        Id = "totp-" + who.Id, UserId = who.Id, Name = "App", LastStep = 0, ConfirmedAt = Now,
        ProtectedSecret = Get<TotpSecrets>().Protect(who.Secret, who.Id),
    };
}
