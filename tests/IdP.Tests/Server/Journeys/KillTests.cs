using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using IdP.Storage;
using IdP.Storage.Users;
using IdP.Testing;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Server.Journeys;

/// <summary>
/// The server is killed in the middle of sign-ins, again and again. What somebody was told has happened stays so, and
/// what was used stays used.
/// </summary>
[TestFixture(TestDatabaseKind.Postgres, 3)]
[TestFixture(TestDatabaseKind.Sqlite, 10)]
internal sealed class KillTests(TestDatabaseKind kind, int rounds) : ServerFixture(kind)
{
    private const string Template = "template";
    private const int Windows = 3;
    private const int PeopleOfARound = 40;

    private readonly ConcurrentQueue<Enrollment> enrolled = [];
    private readonly ConcurrentQueue<(string Code, string Verifier)> redeemed = [];
    private readonly ConcurrentQueue<string> refreshed = [];
    private readonly List<double> starts = [];
    private ServerProcess process = null!;
    private int added;
    private int used;
    private int people;

    protected override IEnumerable<object> People => [Person(Template)];

    protected override IEnumerable<object> Apps => [App("payroll", "required")];

    protected override async Task<TestedServer> NewServerAsync(string seed) => process = await ServerProcess.StartAsync(Database, seed);

    [Test]
    public async Task Nothing_that_was_acknowledged_is_lost_and_nothing_that_was_used_works_again()
    {
        var enrollments = 0;
        for (var round = 1; round <= rounds; round++)
        {
            await AddPeopleAsync();
            people = added - PeopleOfARound;
            var windows = Enumerable.Range(0, Windows).Select(_ => DriveAsync()).ToList();
            // The moment differs; at least one round trip of somebody has been answered by then.
            await Eventually.TrueAsync(() => Task.FromResult(!enrolled.IsEmpty), () => "somebody enrols");
            await Task.Delay(RandomNumberGenerator.GetInt32(700));
            await process.Kill9();
            await Task.WhenAll(windows);

            starts.Add((await Server.StartAsync()).TotalSeconds);
            enrollments += enrolled.Count;
            await ExpectKeptAsync();
            await ExpectUsedAsync();
        }

        // Killed between the seals and the links of many rows, each time at another place.
        var verified = (await Server.CommandAsync("audit", "verify")).Succeeded();
        await TestContext.Out.WriteLineAsync(verified);
        await TestContext.Out.WriteLineAsync(
            $"{rounds} kills, {enrollments} enrollments acknowledged, {used} codes and refresh tokens used; ready again after {starts.Min():0.0} to {starts.Max():0.0} s, {starts.Average():0.0} s on average.");
    }

    // Somebody new enrols, redeems and refreshes, then the next one, until the server is gone.
    private async Task DriveAsync()
    {
        try
        {
            while (true)
            {
                var browser = Browser($"person-{Interlocked.Increment(ref people)}");
                var journey = await browser.OpenAsync(AppOf("payroll"));
                if (journey.At != "/signin") return;
                await journey.SignInAsync();
                if (journey.At != "/enroll") return;
                await journey.EnrollAsync();
                // The page with the codes was read: this is the promise.
                enrolled.Enqueue(new Enrollment(browser.Name, browser.Phone, await browser.Phone.LastCodeAsync()));
                var tokens = await journey.RedeemAsync();
                if (tokens.Status == HttpStatusCode.OK) redeemed.Enqueue((journey.Code, journey.Request.CodeVerifier));
                var token = tokens.JsonString("refresh_token")!;
                for (var i = 0; i < 3; i++)
                {
                    var next = await AppOf("payroll").RefreshAsync(token);
                    Assert.That(next.Status, Is.EqualTo(HttpStatusCode.OK), $"{next}");
                    refreshed.Enqueue(token);
                    token = next.JsonString("refresh_token")!;
                }
            }
        }
        catch (Exception gone) when (gone is HttpRequestException or IOException)
        {
            // Killed.
        }
    }

    private async Task ExpectKeptAsync()
    {
        await using var database = Database.Open();
        foreach (var one in enrolled)
        {
            var kept = await database.ReadAsync(s => s.FirstAsync("""
                SELECT COUNT(*) FROM totp_authenticators t JOIN users u ON u.id = t.user_id
                WHERE u.user_name = @p0 AND (SELECT COUNT(*) FROM recovery_codes r WHERE r.user_id = u.id) = 10
                """, row => row.GetInt32(0), one.Name));
            Assert.That(kept, Is.EqualTo(1), $"{one.Name} has the authenticator and ten recovery codes");
        }

        // One of them signs in: the code that confirmed the phone is used up, the next one works.
        var (name, phone, confirming) = enrolled.Last();
        var browser = Browser(name);
        browser.Phone = phone;
        var journey = await browser.OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        Assert.That(journey.At, Is.EqualTo("/verify"));
        await journey.VerifyAsync(confirming);
        Assert.That(journey.At, Is.EqualTo("/verify"), "the confirming code, again");
        await journey.VerifyAsync();
        Assert.That(journey.At, Is.EqualTo(Journey.App));
        enrolled.Clear();
    }

    private async Task ExpectUsedAsync()
    {
        await using var database = Database.Open();
        var app = AppOf("payroll");
        foreach (var (code, verifier) in redeemed)
        {
            Assert.That(await database.ReadAsync(s => s.FirstAsync("SELECT redeemed_at FROM authorization_codes WHERE hash = @p0", row => !row.IsDBNull(0), Handle.HashOf(code))), "a used code");
            Assert.That((await app.RedeemAsync(code, verifier)).Error, Is.EqualTo("invalid_grant"), "a used code");
        }

        foreach (var token in refreshed)
        {
            Assert.That(await database.ReadAsync(s => s.FirstAsync("SELECT used_at FROM refresh_tokens WHERE hash = @p0", row => !row.IsDBNull(0), Handle.HashOf(token))), "a used refresh token");
            Assert.That((await app.RefreshAsync(token)).Error, Is.EqualTo("invalid_grant"), "a used refresh token");
        }

        used += redeemed.Count + refreshed.Count;
        refreshed.Clear();
        redeemed.Clear();
    }

    // Copies of one person: a password hash each would take longer than all the rest.
    private async Task AddPeopleAsync()
    {
        await using var database = Database.Open();
        await database.SaveAsync(async db =>
        {
            var template = await db.Users.AsNoTracking().SingleAsync(user => user.UserName == Template);
            for (var i = 0; i < PeopleOfARound; i++)
            {
                var name = $"person-{++added}";
                db.Users.Add(new User
                {
                    Id = "copy-" + name, UserName = name, NormalizedUserName = UserNames.Normalize(name), DisplayName = name,
                    PasswordHash = template.PasswordHash, CreatedAt = template.CreatedAt, UpdatedAt = template.UpdatedAt,
                });
            }
        });
    }

    private sealed record Enrollment(string Name, Phone Phone, string ConfirmingCode);
}
