using System.Globalization;
using System.Net;
using System.Text.Json;
using IdP.Protocol.Tokens;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Keys;
using IdP.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;

namespace IdP.Tests.Protocol.Tokens;

/// <summary>Keys follow each other without anybody meeting a key that they cannot know.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class KeyRotationTests(TestDatabaseKind kind)
{
    // Short: each second of the server's timers is walked through.
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(1);

    private Provider provider = null!;

    [SetUp]
    public async Task StartAsync()
    {
        provider = await Provider.StartAsync(kind, "--IdP:Tokens:AccessTokenLifetime=00:04:00", "--IdP:Tokens:IdTokenLifetime=00:03:00", $"--IdP:Tokens:SigningKeyLifetime={KeyLifetime}");
        await provider.AddAsync(new Client { ClientId = "job", DisplayName = "job", GrantTypes = ["client_credentials"], Scopes = ["jobs"], RedirectUris = [Provider.RedirectUri] });
    }

    [TearDown]
    public async Task StopAsync() => await provider.DisposeAsync();

    [Test]
    public async Task A_client_with_cached_keys_never_meets_an_unknown_key()
    {
        var first = await SignerAsync();
        // Caches of every age: one that was filled just before the rotation is the one that matters.
        var caches = Enumerable.Range(0, 10).Select(i => (FetchedAt: provider.Clock.Now.AddSeconds(-30 * i), Kids: (HashSet<string>)null!)).ToArray();
        for (var i = 0; i < caches.Length; i++) caches[i].Kids = await PublishedAsync();
        await Keys.RotateAsync("ES256", "test", "test");
        List<(string Kid, DateTimeOffset ExpiresAt)> issued = [];

        for (var step = 0; step < 40; step++)
        {
            var (kid, expiresAt) = await IssueAsync();
            issued.Add((kid, expiresAt));
            for (var i = 0; i < caches.Length; i++)
            {
                if (caches[i].FetchedAt + TimeSpan.FromMinutes(5) <= provider.Clock.Now) caches[i] = (provider.Clock.Now, await PublishedAsync());
                Assert.That(caches[i].Kids, Does.Contain(kid), $"step {step}, cache of {caches[i].FetchedAt}");
            }

            // Whoever fetches the keys only now can still verify everything that is valid.
            var published = await PublishedAsync();
            Assert.That(issued.Where(t => t.ExpiresAt > provider.Clock.Now).Select(t => t.Kid).Except(published), Is.Empty, $"step {step}");
            provider.Clock.Advance(TimeSpan.FromSeconds(30));
        }

        await Keys.CheckAsync();
        Assert.That(await SignerAsync(), Is.Not.EqualTo(first));
        Assert.That(await PublishedAsync(), Does.Not.Contain(first));
    }

    [Test]
    public async Task While_one_is_announced_no_other_is()
    {
        Assert.That(await Keys.RotateAsync("ES256", "test", "test"), Is.Not.Null);
        Assert.That(await Keys.RotateAsync("ES256", "test", "test"), Is.Null);
        Assert.That(await Keys.RotateAsync("RS256", "test", "test"), Is.Not.Null);
    }

    [Test]
    public async Task Of_twenty_nodes_that_rotate_at_once_one_does()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Keys.RotateAsync("ES256", "test", "test"))));

        Assert.That(keys.Count(k => k is not null), Is.EqualTo(1));
    }

    [Test]
    public async Task A_key_that_is_old_enough_is_followed_by_itself()
    {
        // Not an hour more: the server looks each hour on the way, too.
        provider.Clock.Advance(KeyLifetime);
        await Keys.CheckAsync();

        Assert.That((await StoredAsync()).Count(k => k.ActiveFrom > provider.Clock.Now), Is.EqualTo(2));
    }

    [Test]
    public async Task A_revoked_key_signs_nothing_and_what_it_signed_is_refused()
    {
        await provider.SignInAsync();
        var token = (await TokenAsync())["access_token"]!;
        var kid = new JsonWebToken(token).Kid;

        Assert.That(await Keys.RevokeAsync(kid, "test", "stolen"), Is.True);

        Assert.That(await PublishedAsync(), Does.Not.Contain(kid));
        Assert.That(await SignerAsync(), Is.Not.EqualTo(kid));
        var said = await provider.PostAsync("/connect/introspect", [new("token", token)], basic: "job:s3cret");
        Assert.That(said["active"], Is.EqualTo("false"));
    }

    [Test]
    public async Task When_the_present_key_is_revoked_the_announced_one_follows_at_once()
    {
        var present = await SignerAsync();
        var next = await Keys.RotateAsync("ES256", "test", "test");

        await Keys.RevokeAsync(present, "test", "stolen");

        Assert.That(await SignerAsync(), Is.EqualTo(next!.Kid));
        Assert.That((await StoredAsync()).Count(k => k.Algorithm == "ES256"), Is.EqualTo(2));
    }

    [Test]
    public async Task When_the_announced_key_is_revoked_the_present_one_goes_on()
    {
        var present = await SignerAsync();
        var next = await Keys.RotateAsync("ES256", "test", "test");

        await Keys.RevokeAsync(next!.Kid, "test", "stolen");

        provider.Clock.Advance(TimeSpan.FromHours(2));
        Assert.That(await SignerAsync(), Is.EqualTo(present));
        Assert.That(await Keys.RotateAsync("ES256", "test", "test"), Is.Not.Null);
    }

    [Test]
    public async Task Revoking_a_key_that_is_out_of_use_changes_nothing_else()
    {
        var old = await SignerAsync();
        var next = await Keys.RotateAsync("ES256", "test", "test");
        provider.Clock.Advance(TimeSpan.FromMinutes(8));

        Assert.That(await Keys.RevokeAsync(old, "test", "stolen"), Is.True);

        Assert.That(await SignerAsync(), Is.EqualTo(next!.Kid));
        Assert.That((await StoredAsync()).Single(k => k.Kid == next.Kid).ActiveFrom, Is.EqualTo(next.ActiveFrom));
    }

    [Test]
    public async Task An_unknown_key_cannot_be_revoked() => Assert.That(await Keys.RevokeAsync("nothing", "test", "test"), Is.False);

    private SigningKeys Keys => provider.Services.GetRequiredService<SigningKeys>();

    private async Task<IReadOnlyList<SigningKey>> StoredAsync() => (await provider.Services.GetRequiredService<Catalog>().GetAsync()).SigningKeys;

    private Task<Answer> TokenAsync() => provider.PostAsync("/connect/token", [new("grant_type", "client_credentials")], basic: "job:s3cret");

    private async Task<(string Kid, DateTimeOffset ExpiresAt)> IssueAsync()
    {
        var answer = await TokenAsync();
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), answer.ToString());
        return (new JsonWebToken(answer["access_token"]).Kid, provider.Clock.Now.AddSeconds(int.Parse(answer["expires_in"]!, CultureInfo.InvariantCulture)));
    }

    private async Task<string> SignerAsync() => (await IssueAsync()).Kid;

    private async Task<HashSet<string>> PublishedAsync()
    {
        using var document = JsonDocument.Parse(await provider.Http.GetStringAsync(new Uri("/.well-known/jwks", UriKind.Relative)));
        return [.. document.RootElement.GetProperty("keys").EnumerateArray().Select(k => k.GetProperty("kid").GetString()!)];
    }
}
