using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using IdP.Protocol;
using IdP.Protocol.Logout;
using IdP.Server.Admin;
using IdP.Server.Admin.Users;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Outbox;
using IdP.Testing;
using IdP.Verification.Enrollments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using AdminEndSessions = IdP.Server.Admin.Users.EndSessions;

namespace IdP.Tests.Protocol;

/// <summary>From the end of a session to the application that is told, over real sockets.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class BackChannelLogoutTests(TestDatabaseKind kind)
{
    private readonly ConcurrentQueue<(string? ContentType, string Body)> received = new();
    private Provider provider = null!;
    private WebApplication app = null!;
    private string session = null!;
    private int status;

    [SetUp]
    public async Task StartAsync()
    {
        received.Clear();
        status = 200;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapPost("/logout", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            received.Enqueue((request.ContentType, await reader.ReadToEndAsync()));
            if (status == 302) return Results.Redirect("/elsewhere");
            return status == 0 ? Results.Text(new string('x', 100_000)) : Results.StatusCode(status);
        });
        app.MapPost("/elsewhere", () => Results.Ok());
        await app.StartAsync();

        provider = await Provider.StartAsync(kind, "--environment=Development");
        await provider.AddAsync(new Client { ClientId = "app", DisplayName = "app", RedirectUris = [Provider.RedirectUri], BackChannelLogoutUri = app.Urls.Single() + "/logout" });
        await provider.AddAsync(new Client { ClientId = "es", DisplayName = "es", RedirectUris = [Provider.RedirectUri], BackChannelLogoutUri = app.Urls.Single() + "/logout", IdTokenSigningAlg = "ES256" });
        await provider.AddAsync(new Client { ClientId = "quiet", DisplayName = "quiet", RedirectUris = [Provider.RedirectUri] });
        session = await provider.SignInAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await provider.DisposeAsync();
        await app.DisposeAsync();
    }

    [Test]
    public async Task An_application_that_took_part_is_told_by_a_token_that_a_library_accepts()
    {
        await provider.CodeAsync("app");
        await SignOutAsync();

        var body = await OneAsync();
        var token = Uri.UnescapeDataString(body["logout_token=".Length..]);
        var jwks = await provider.Http.GetStringAsync(new Uri("/.well-known/jwks", UriKind.Relative));
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKeys = new JsonWebKeySet(jwks).GetSigningKeys(), ValidAlgorithms = ["RS256"], ValidIssuer = Provider.Issuer, ValidAudience = "app",
            ValidTypes = ["logout+jwt"], LifetimeValidator = (_, expires, _, _) => expires <= provider.Clock.Now.AddMinutes(2).UtcDateTime,
        });
        Assert.That(result.IsValid, Is.True, result.Exception?.Message);
        var jwt = (JsonWebToken)result.SecurityToken;
        Assert.That((jwt.Subject, jwt.GetPayloadValue<string>("sid"), jwt.TryGetPayloadValue<string>("nonce", out _), jwt.Id.Length > 0), Is.EqualTo((Provider.UserId, session, false, true)));
        Assert.That(jwt.GetPayloadValue<JsonElement>("events").GetProperty("http://schemas.openid.net/event/backchannel-logout").GetRawText(), Is.EqualTo("{}"));
        Assert.That(received.Count, Is.Zero);
    }

    [Test]
    public async Task The_token_has_the_algorithm_of_the_clients_id_tokens()
    {
        await provider.CodeAsync("es");
        await SignOutAsync();

        Assert.That(new JsonWebToken((await OneAsync())["logout_token=".Length..]).Alg, Is.EqualTo("ES256"));
    }

    [Test]
    public async Task Only_who_took_part_and_asked_is_told()
    {
        await provider.CodeAsync("quiet");
        await SignOutAsync();

        Assert.That(await DeliveriesAsync(), Is.Empty);
    }

    [Test]
    public async Task A_delivery_is_noted_as_sent()
    {
        await provider.CodeAsync("app");
        await SignOutAsync();
        await OneAsync();

        await EventuallyAsync(async () => (await DeliveriesAsync()) is [{ State: OutboxState.Sent, Attempts: 1, Error: null }]);
    }

    [Test]
    public async Task A_failure_is_tried_again_eight_times_and_then_kept()
    {
        status = 500;
        await provider.CodeAsync("app");
        await SignOutAsync();
        for (var tries = 1; tries <= 8; tries++)
        {
            var (expected, again) = (tries, provider.Clock.Now.AddMinutes(Math.Pow(2, tries - 1)));
            await EventuallyAsync(async () =>
            {
                // The clock moves by itself only; whoever looks first delivers.
                await provider.Services.GetRequiredService<BackChannelLogout>().DeliverAsync(default);
                return await DeliveriesAsync() is [{ Error: not null } d] && d.Attempts == expected && d.NextAttemptAt == again;
            });
            Assert.That(received, Has.Count.EqualTo(tries));
            provider.Clock.Advance(TimeSpan.FromMinutes(Math.Pow(2, tries - 1)));
        }

        var delivery = (await DeliveriesAsync()).Single();
        Assert.That((delivery.State, delivery.Error), Is.EqualTo((OutboxState.Failed, "The application answered 500.")));
    }

    [TestCase(302, "The application answered 302.")]
    [TestCase(400, "The application answered 400.")]
    [TestCase(0, "Cannot write more bytes to the buffer")]
    public async Task Anything_but_success_is_a_failure(int answer, string error)
    {
        status = answer;
        await provider.CodeAsync("app");
        await SignOutAsync();

        await EventuallyAsync(async () => (await DeliveriesAsync()) is [{ State: OutboxState.Waiting, Error: not null }]);
        Assert.That((await DeliveriesAsync()).Single().Error, Does.StartWith(error));
    }

    [Test]
    public async Task Deliverers_of_two_nodes_deliver_once()
    {
        await provider.CodeAsync("app");
        await provider.CodeAsync("es");
        await provider.Services.GetRequiredService<IdPDatabase>().SaveAsync(db => db.QueueLogoutsAsync(Provider.UserId, provider.Clock.Now, default));
        var node = provider.Services.GetRequiredService<BackChannelLogout>();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => node.DeliverAsync(default))));

        Assert.That(received, Has.Count.EqualTo(2));
    }

    public static IEnumerable<TestCaseData> Ends()
    {
        yield return new TestCaseData(async (IServiceProvider services) => (object)await services.GetRequiredService<DisableUser>()
            .HandleAsync(new(Provider.UserId, "left"), Actor.CommandLine, default)).SetArgDisplayNames("disabled");
        yield return new TestCaseData(async (IServiceProvider services) => (object)await services.GetRequiredService<RemoveUser>()
            .HandleAsync(new(Provider.UserId, "left"), Actor.CommandLine, default)).SetArgDisplayNames("removed");
        yield return new TestCaseData(async (IServiceProvider services) => (object)await services.GetRequiredService<ResetVerification>()
            .HandleAsync(new(Provider.UserId, null, Compromised: true, "stolen"), Actor.CommandLine, default)).SetArgDisplayNames("compromised");
        yield return new TestCaseData(async (IServiceProvider services) => (object)await services.GetRequiredService<AdminEndSessions>()
            .HandleAsync(new(Provider.UserId, "asked"), Actor.CommandLine, default)).SetArgDisplayNames("signed out by an admin");
        yield return new TestCaseData(async (IServiceProvider services) =>
        {
            var periods = services.GetRequiredService<EnrollmentPeriods>();
            await periods.StartAsync(Provider.UserId, "admin", DateTimeOffset.UnixEpoch, new(null, null));
            return (object)(await periods.ExpireAsync(Provider.UserId))!;
        }).SetArgDisplayNames("locked at the end of the period");
    }

    [TestCaseSource(nameof(Ends))]
    public async Task Whatever_ends_the_sessions_of_a_person_tells_the_applications(Func<IServiceProvider, Task<object>> end)
    {
        await provider.CodeAsync("app");

        await end(provider.Services);

        Assert.That((await DeliveriesAsync()).Select(d => (d.ClientId, d.SessionId)), Is.EqualTo([("app", session)]));
        Assert.That((await provider.AuthorizeAsync(Provider.Request("app"))).AbsolutePath, Is.EqualTo("/signin"));
    }

    [TestCase("127.0.0.1", false)]
    [TestCase("10.1.2.3", false)]
    [TestCase("172.31.0.1", false)]
    [TestCase("192.168.1.1", false)]
    [TestCase("169.254.169.254", false)]
    [TestCase("100.64.0.1", false)]
    [TestCase("0.0.0.0", false)]
    [TestCase("224.0.0.1", false)]
    [TestCase("255.255.255.255", false)]
    [TestCase("::1", false)]
    [TestCase("::", false)]
    [TestCase("::ffff:127.0.0.1", false)]
    [TestCase("::ffff:169.254.169.254", false)]
    [TestCase("::127.0.0.1", false)]
    [TestCase("fe80::1", false)]
    [TestCase("fc00::1", false)]
    [TestCase("fd00:ec2::254", false)]
    [TestCase("64:ff9b::7f00:1", false)]
    [TestCase("2002:7f00:1::", false)]
    [TestCase("2001:0:7f00:1::", false)]
    [TestCase("ff02::1", false)]
    [TestCase("8.8.8.8", true)]
    [TestCase("172.32.0.1", true)]
    [TestCase("2606:4700::1111", true)]
    [TestCase("::ffff:8.8.8.8", true)]
    public void Only_public_addresses_are_connected_to(string address, bool allowed)
    {
        using var fetcher = new GuardedFetcher(new ProtocolOptions());

        Assert.That(fetcher.IsAllowed(IPAddress.Parse(address)), Is.EqualTo(allowed));
    }

    [Test]
    public void A_network_of_the_deployers_is_allowed_and_its_neighbour_is_not()
    {
        using var fetcher = new GuardedFetcher(new ProtocolOptions { PrivateNetworks = ["10.0.0.0/8"] });

        Assert.That((fetcher.IsAllowed(IPAddress.Parse("10.9.9.9")), fetcher.IsAllowed(IPAddress.Parse("192.168.0.1"))), Is.EqualTo((true, false)));
    }

    [TestCase("https://localhost:1/")]
    [TestCase("https://127.0.0.1:1/")]
    [TestCase("https://[::ffff:127.0.0.1]:1/")]
    [TestCase("https://2130706433:1/")]
    public async Task A_name_that_leads_inside_is_refused(string address)
    {
        using var fetcher = new GuardedFetcher(new ProtocolOptions());

        Assert.That(await fetcher.PostAsync(address, [], default), Does.EndWith("has no public address."));
    }

    [TestCase("http://example.com/")]
    [TestCase("file:///etc/passwd")]
    [TestCase("https://user@example.com/")]
    [TestCase("nonsense")]
    public async Task Only_https_is_called(string address)
    {
        using var fetcher = new GuardedFetcher(new ProtocolOptions { AllowLoopback = true });

        Assert.That(await fetcher.PostAsync(address, [], default), Is.EqualTo("The address must begin with https://."));
    }

    private static Task EventuallyAsync(Func<Task<bool>> condition) => Eventually.TrueAsync(condition, () => "the delivery");

    private async Task SignOutAsync()
    {
        await using var scope = provider.Services.CreateAsyncScope();
        var sessions = scope.ServiceProvider.GetRequiredService<IdP.Verification.SignIn.Sessions>();
        var handle = provider.Http.DefaultRequestHeaders.GetValues("Cookie").Single().Split('=')[1];
        var who = await sessions.FindAsync(handle);
        Assert.That(await sessions.EndAsync(who!, session, new(null, null)), Is.True);
    }

    private async Task<string> OneAsync()
    {
        await EventuallyAsync(() => Task.FromResult(!received.IsEmpty));
        Assert.That(received.TryDequeue(out var one), Is.True);
        Assert.That(one.ContentType, Is.EqualTo("application/x-www-form-urlencoded"));
        Assert.That(one.Body, Does.StartWith("logout_token="));
        return one.Body;
    }

    private async Task<List<LogoutDelivery>> DeliveriesAsync()
    {
        await using var db = provider.Services.GetRequiredService<IdPDatabase>().CreateContext();
        return await db.Set<LogoutDelivery>().AsNoTracking().ToListAsync();
    }
}
