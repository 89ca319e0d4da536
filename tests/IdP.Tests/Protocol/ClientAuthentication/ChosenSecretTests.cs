using System.Net;
using IdP.Protocol.ClientAuthentication;
using IdP.Storage;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Testing;
using IdP.Verification.SignIn;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Tests.Protocol.ClientAuthentication;

/// <summary>A client secret that an admin chose can be guessed, and so guesses are limited.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class ChosenSecretTests(TestDatabaseKind kind)
{
    private const string Right = "a secret somebody chose";

    private Provider provider = null!;

    [SetUp]
    public async Task StartAsync()
    {
        provider = await Provider.StartAsync(kind);
        await AddAsync("robot");
        await AddAsync("other");
    }

    [TearDown]
    public async Task StopAsync() => await provider.DisposeAsync();

    [Test]
    public async Task Of_many_guesses_at_once_no_more_than_the_limit_are_compared()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => TokenAsync("robot", "a wrong secret " + i)));

        // Some may have found the queue full: those were not compared either.
        Assert.That(answers.Count(a => a is (HttpStatusCode.Unauthorized, "invalid_client")), Is.InRange(1, ChosenSecrets.Most));
        Assert.That(answers.Select(a => a.Status).Distinct(), Is.SubsetOf(new[] { HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable }));
    }

    [Test]
    public async Task Beyond_the_limit_not_even_the_right_one_is_compared_until_the_time_is_over()
    {
        for (var i = 0; i < ChosenSecrets.Most; i++) Assert.That(await TokenAsync("robot", "a wrong secret " + i), Is.EqualTo((HttpStatusCode.Unauthorized, "invalid_client")));

        Assert.That(await TokenAsync("robot", Right), Is.EqualTo((HttpStatusCode.TooManyRequests, "temporarily_unavailable")));
        Assert.That((await TokenAsync("other", Right)).Status, Is.EqualTo(HttpStatusCode.OK), "another client");
        provider.Clock.Advance(ChosenSecrets.Window);
        Assert.That((await TokenAsync("robot", Right)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Right_ones_are_no_guesses_however_many_come_at_once()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => TokenAsync("robot", Right)));

        Assert.That(answers.Select(a => a.Status), Is.All.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_flood_of_sign_ins_keeps_no_client_out()
    {
        using var open = new ManualResetEventSlim();
        var gate = provider.Services.GetRequiredService<PasswordGate>();
        var flood = Enumerable.Range(0, 1000).Select(_ => gate.RunAsync(() => { open.Wait(); return 1; }, CancellationToken.None)).ToList();

        var answer = await TokenAsync("robot", Right);

        open.Set();
        await Task.WhenAll(flood);
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK));
    }

    private async Task AddAsync(string id)
    {
        await provider.AddAsync(new Client { ClientId = id, DisplayName = id, GrantTypes = ["client_credentials"], Scopes = ["files"], TokenEndpointAuthMethod = "client_secret_post" });
        // Few iterations, so that the test is about the limit alone.
        var hash = new PasswordHasher(new RandomSource(), iterations: 1000).Hash(Right);
        await provider.Services.GetRequiredService<Catalog>().ChangeAsync(async db =>
        {
            db.ClientSecrets.Remove((await db.ClientSecrets.FindAsync(id))!);
            db.ClientSecrets.Add(new ClientSecret { Id = id + "-chosen", ClientId = id, Hash = hash, CreatedAt = provider.Clock.Now });
            return true;
        });
    }

    private async Task<(HttpStatusCode Status, string? Error)> TokenAsync(string client, string secret)
    {
        var answer = await provider.PostAsync("/connect/token", [new("grant_type", "client_credentials"), new("client_id", client), new("client_secret", secret)]);
        return answer.Status == HttpStatusCode.Unauthorized || answer["error"] != "invalid_client" ? (answer.Status, answer["error"]) : throw new AssertionException(answer.ToString());
    }
}
