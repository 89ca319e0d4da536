using System.Net;
using IdP.Protocol.Logout;
using IdP.Storage.Clients;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Tests.Protocol;

/// <summary>What a client was given ends with what it stands on: the session, the client, its own revocation, its time.</summary>
internal sealed class EndedTests
{
    private Provider provider = null!;

    [SetUp]
    public async Task StartAsync()
    {
        provider = await Provider.StartAsync();
        await provider.AddAsync(A("app", c => (c.GrantTypes, c.Scopes) = (["authorization_code", "refresh_token"], ["openid", "offline_access"])));
        await provider.AddAsync(A("job", c => (c.GrantTypes, c.Scopes) = (["client_credentials"], ["api.read"])));
        await provider.SignInAsync();
    }

    [TearDown]
    public async Task StopAsync() => await provider.DisposeAsync();

    // OIDC Core §11: offline_access is the wish to outlive the session.
    [TestCase("openid", HttpStatusCode.BadRequest)]
    [TestCase("openid offline_access", HttpStatusCode.OK)]
    public async Task A_refresh_token_ends_with_the_session_unless_it_was_given_for_longer(string scope, HttpStatusCode expected)
    {
        var tokens = await RedeemAsync(await provider.CodeAsync("app", ("scope", scope)));

        provider.Clock.Advance(TimeSpan.FromHours(8));

        var answer = await provider.PostAsync("/connect/token", [new("grant_type", "refresh_token"), new("refresh_token", tokens["refresh_token"])], basic: "app:s3cret");
        Assert.That((answer.Status, answer["error"]), Is.EqualTo((expected, expected == HttpStatusCode.OK ? null : "invalid_grant")), answer.ToString());
    }

    [TestCase("openid")]
    [TestCase("openid offline_access")]
    public async Task A_code_ends_with_the_session(string scope)
    {
        provider.Clock.Advance(TimeSpan.FromHours(8) - TimeSpan.FromSeconds(30));
        var code = await provider.CodeAsync("app", ("scope", scope));

        provider.Clock.Advance(TimeSpan.FromSeconds(30));

        Assert.That((await RedeemAsync(code))["error"], Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task A_turned_off_clients_access_token_is_good_nowhere()
    {
        var token = (await RedeemAsync(await provider.CodeAsync("app")))["access_token"]!;
        Assert.That((await provider.UserInfoAsync("Bearer", token)).Status, Is.EqualTo(HttpStatusCode.OK));

        await provider.ChangeAsync("app", c => c.DisabledAt = provider.Clock.Now);

        Assert.That((await provider.UserInfoAsync("Bearer", token)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task A_clients_own_token_is_inactive_once_it_is_revoked()
    {
        var token = (await provider.PostAsync("/connect/token", [new("grant_type", "client_credentials"), new("scope", "api.read")], basic: "job:s3cret"))["access_token"];
        Assert.That(await IsActiveAsync(), Is.EqualTo("true"));

        await provider.PostAsync("/connect/revoke", [new("token", token)], basic: "job:s3cret");

        Assert.That(await IsActiveAsync(), Is.EqualTo("false"));

        async Task<string?> IsActiveAsync() => (await provider.PostAsync("/connect/introspect", [new("token", token)], basic: "job:s3cret"))["active"];
    }

    [Test]
    public async Task A_request_to_sign_out_is_good_for_an_hour()
    {
        using var response = await provider.Http.GetAsync(new Uri("/connect/logout?client_id=app", UriKind.Relative));
        var carried = Uri.UnescapeDataString(response.Headers.Location!.OriginalString["/signout?logout=".Length..]);
        var requests = provider.Services.GetRequiredService<LogoutRequests>();
        Assert.That(requests.Read(carried)?.ClientId, Is.EqualTo("app"));

        provider.Clock.Advance(TimeSpan.FromHours(1));

        Assert.That(requests.Read(carried), Is.Null);
    }

    private Task<Answer> RedeemAsync(string code) => provider.PostAsync("/connect/token",
        [
            new("grant_type", "authorization_code"), new("code", code), new("redirect_uri", Provider.RedirectUri), new("code_verifier", Provider.Verifier),
        ], basic: "app:s3cret");

    private static Client A(string id, Action<Client> change)
    {
        var client = new Client { ClientId = id, DisplayName = id, RedirectUris = [Provider.RedirectUri] };
        change(client);
        return client;
    }
}
