using System.Text.RegularExpressions;
using IdP.Protocol.Logout;
using IdP.Storage.Clients;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Tests.Protocol.Conformance;

/// <summary>The plan of RP-initiated logout, with somebody who is signed in. OpenID Connect RP-Initiated Logout 1.0 §2, §3.</summary>
internal sealed partial class LogoutProfileTests
{
    private const string GoodBye = "https://app.example/bye";

    private Provider provider = null!;
    private string hint = null!;
    private int people;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        provider = await Provider.StartAsync();
        await provider.AddAsync(new Client { ClientId = "app", DisplayName = "app", RedirectUris = [Provider.RedirectUri], PostLogoutRedirectUris = [GoodBye] });
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await provider.DisposeAsync();

    [SetUp]
    public async Task SignInAsync()
    {
        await provider.SignInAsync($"person-{++people}");
        hint = (await provider.PostAsync("/connect/token",
            [
                new("grant_type", "authorization_code"), new("code", await provider.CodeAsync("app")), new("redirect_uri", Provider.RedirectUri), new("code_verifier", Provider.Verifier),
            ], basic: "app:s3cret"))["id_token"]!;
    }

    [Test]
    public async Task With_a_hint_and_a_registered_address_it_is_done_and_leads_there_with_the_state()
    {
        Assert.That(await LogOutAsync(("id_token_hint", hint), ("post_logout_redirect_uri", GoodBye), ("state", "s-1")), Is.EqualTo(GoodBye + "?state=s-1"));
        Assert.That(await IsSignedInAsync(), Is.False);
    }

    [Test]
    public async Task Without_a_state_none_comes_back()
    {
        Assert.That(await LogOutAsync(("id_token_hint", hint), ("post_logout_redirect_uri", GoodBye)), Is.EqualTo(GoodBye));
        Assert.That(await IsSignedInAsync(), Is.False);
    }

    [Test]
    public async Task Without_an_address_it_is_done_and_a_page_says_so()
    {
        Assert.That(await LogOutAsync(("id_token_hint", hint), ("state", "s-1")), Is.EqualTo("/signout?done=1"));
        Assert.That(await IsSignedInAsync(), Is.False);
    }

    [TestCase("https://app.example/else")]
    [TestCase(GoodBye + "?x=1")]
    public async Task An_address_that_is_not_registered_is_not_gone_to(string address)
    {
        Assert.That(await LogOutAsync(("id_token_hint", hint), ("post_logout_redirect_uri", address), ("state", "s-1")), Is.EqualTo("/signout?done=1"));
    }

    [TestCase("changed")]
    [TestCase("no token")]
    public async Task A_hint_that_is_not_ours_asks_first_and_leads_nowhere(string kind)
    {
        var wrong = kind == "changed" ? hint[..^6] + "AAAAAA" : "none";

        Assert.That(await LogOutAsync(("id_token_hint", wrong), ("post_logout_redirect_uri", GoodBye), ("state", "s-1")), Is.EqualTo("asks, then nowhere"));
        Assert.That(await IsSignedInAsync(), Is.True);
    }

    [TestCase(true, true)]
    [TestCase(false, true)]
    [TestCase(false, false)]
    public async Task Without_a_hint_it_asks_first_and_leads_nowhere(bool address, bool state)
    {
        Assert.That(await LogOutAsync(("post_logout_redirect_uri", address ? GoodBye : null), ("state", state ? "s-1" : null)), Is.EqualTo("asks, then nowhere"));
        Assert.That(await IsSignedInAsync(), Is.True);
    }

    private async Task<string> LogOutAsync(params (string Name, string? Value)[] parameters)
    {
        using var form = Provider.Form(parameters.Select(p => KeyValuePair.Create(p.Name, p.Value)));
        using var response = await provider.Http.GetAsync(new Uri("/connect/logout?" + await form.ReadAsStringAsync(), UriKind.Relative));
        var location = response.Headers.Location!.OriginalString;
        if (!Asked().IsMatch(location)) return location;
        var request = provider.Services.GetRequiredService<LogoutRequests>().Read(Uri.UnescapeDataString(Asked().Match(location).Groups[1].Value));
        return request!.RedirectUrl is { } url ? "asks, then " + url : "asks, then nowhere";
    }

    private async Task<bool> IsSignedInAsync() => Provider.Query(await provider.AuthorizeAsync(Provider.Request("app", ("prompt", "none"))), "error") != "login_required";

    [GeneratedRegex("^/signout\\?logout=(.+)$")]
    private static partial Regex Asked();
}
