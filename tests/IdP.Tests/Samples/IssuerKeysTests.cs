using System.Net;
using IdP.Tests.Protocol;

namespace IdP.Tests.Samples;

/// <summary>How an API keeps the issuer's keys.</summary>
internal sealed class IssuerKeysTests
{
    private ApiUnderTest api = null!;

    [SetUp]
    public async Task StartAsync() => api = await ApiUnderTest.StartAsync();

    [TearDown]
    public async Task StopAsync() => await api.DisposeAsync();

    [Test]
    public async Task They_are_fetched_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => StatusAsync(api.Token())));

        Assert.That(api.Fetches, Is.EqualTo(1));
    }

    [Test]
    public async Task A_new_key_is_found()
    {
        using var next = new ClientKey("RS256", "k2");
        await StatusAsync(api.Token());
        api.Clock.Advance(TimeSpan.FromSeconds(10));
        api.Published = [api.Key, next];

        Assert.That(await StatusAsync(api.Token(key: next)), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Invented_key_ids_are_no_flood_of_requests()
    {
        await StatusAsync(api.Token());
        api.Clock.Advance(TimeSpan.FromSeconds(10));

        foreach (var kid in Enumerable.Range(0, 50)) await StatusAsync(api.Token([("kid", $"invented-{kid}")]));

        Assert.That(api.Fetches, Is.EqualTo(2));
    }

    [Test]
    public async Task A_key_that_was_taken_back_is_not_believed_after_ten_minutes()
    {
        await StatusAsync(api.Token());
        api.Published = [];
        Assert.That(await StatusAsync(api.Token()), Is.EqualTo(HttpStatusCode.OK));

        api.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.That(await StatusAsync(api.Token()), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Without_keys_nothing_is_said_about_tokens()
    {
        api.Published = null;
        var answer = await api.SendAsync("/salary", api.Token());
        Assert.That(answer, Is.EqualTo(new ApiResponse(HttpStatusCode.ServiceUnavailable, null, "", "10")));

        api.Published = [api.Key];
        api.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.That(await StatusAsync(api.Token()), Is.EqualTo(HttpStatusCode.OK));
    }

    private async Task<HttpStatusCode> StatusAsync(string token) => (await api.SendAsync("/salary", token)).Status;
}
