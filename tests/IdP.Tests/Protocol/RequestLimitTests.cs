using System.Net;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Tests.Protocol;

/// <summary>Rows that anybody can make by asking are limited for each address.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class RequestLimitTests(TestDatabaseKind kind)
{
    private const int Most = 10;

    private Provider provider = null!;

    [SetUp]
    public async Task StartAsync()
    {
        provider = await Provider.StartAsync(kind, $"--IdP:Tokens:OpenRequestsPerAddress={Most}");
        await provider.AddAsync(new Client
        {
            ClientId = "app", DisplayName = "app", Type = ClientType.Public, TokenEndpointAuthMethod = "none", RedirectUris = [Provider.RedirectUri],
            GrantTypes = ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"],
        });
        await provider.AddAsync(new Client { ClientId = "shop", DisplayName = "shop", RedirectUris = [Provider.RedirectUri] });
    }

    [TearDown]
    public async Task StopAsync() => await provider.DisposeAsync();

    [Test]
    public async Task Of_many_requests_at_once_no_more_than_the_limit_wait_and_later_ones_again()
    {
        var pages = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => OpenAsync()));

        Assert.That(pages.Count(p => p == "/signin"), Is.EqualTo(Most));
        Assert.That(pages.Count(p => p == "/error?reason=too_many"), Is.EqualTo(60 - Most));
        Assert.That(await CountAsync("interactions"), Is.EqualTo(Most));

        provider.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.That(await OpenAsync(), Is.EqualTo("/signin"));
    }

    [Test]
    public async Task Who_is_turned_away_reads_why_and_when_to_come_back()
    {
        using var page = await provider.Http.GetAsync(new Uri("/error?reason=too_many", UriKind.Relative));

        Assert.That((page.StatusCode, page.Headers.RetryAfter?.Delta), Is.EqualTo((HttpStatusCode.TooManyRequests, (TimeSpan?)TimeSpan.FromSeconds(60))));
        Assert.That(await page.Content.ReadAsStringAsync(), Does.Contain("Too many requests came from your network. Try again in 60 seconds."));
    }

    [Test]
    public async Task Somebody_who_is_signed_in_is_never_turned_away()
    {
        for (var i = 0; i <= Most; i++) await OpenAsync();
        await provider.SignInAsync();

        Assert.That(await provider.CodeAsync("app"), Is.Not.Null);
    }

    [Test]
    public async Task An_answered_request_does_not_count_any_more()
    {
        var location = await provider.AuthorizeAsync(Provider.Request("app"));
        for (var i = 1; i < Most; i++) await OpenAsync();
        Assert.That(await OpenAsync(), Is.EqualTo("/error?reason=too_many"));

        await provider.SignInAsync();
        Assert.That(Provider.Query(await provider.AuthorizeAsync([new("interaction", Provider.Query(location, "interaction"))]), "code"), Is.Not.Null);
        provider.Http.DefaultRequestHeaders.Remove("Cookie");

        Assert.That(await OpenAsync(), Is.EqualTo("/signin"));
        Assert.That(await OpenAsync(), Is.EqualTo("/error?reason=too_many"));
    }

    [Test]
    public async Task A_public_client_leaves_no_more_than_that_and_a_confidential_one_is_not_its_victim()
    {
        var pushed = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => provider.PostAsync("/connect/par", Provider.Request("app"))));

        Assert.That(pushed.Count(p => p.Status == HttpStatusCode.Created), Is.EqualTo(Most));
        Assert.That(pushed.Where(p => p.Status != HttpStatusCode.Created).Select(p => (p.Status, p["error"])), Is.All.EqualTo((HttpStatusCode.TooManyRequests, "temporarily_unavailable")));
        Assert.That(await CountAsync("pushed_requests"), Is.EqualTo(Most));
        Assert.That((await provider.PostAsync("/connect/device", [new("client_id", "app"), new("scope", "openid")])).Status, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That((await provider.PostAsync("/connect/par", Provider.Request("shop"), basic: "shop:s3cret")).Status, Is.EqualTo(HttpStatusCode.Created));
    }

    private async Task<string> OpenAsync()
    {
        var location = await provider.AuthorizeAsync(Provider.Request("app"));
        return location.AbsolutePath == "/signin" ? "/signin" : location.PathAndQuery;
    }

    private ValueTask<long> CountAsync(string table) =>
        provider.Services.GetRequiredService<IdPDatabase>().ReadAsync(s => s.FirstAsync($"SELECT COUNT(*) FROM {table}", row => row.GetInt64(0)));
}
