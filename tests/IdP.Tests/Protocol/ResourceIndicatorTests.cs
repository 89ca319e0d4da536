using System.Net;
using System.Text.Json;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;

namespace IdP.Tests.Protocol;

/// <summary>RFC 8707 over HTTP.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class ResourceIndicatorTests(TestDatabaseKind kind)
{
    private const string Pay = "https://pay.example";
    private const string Files = "https://files.example/api";
    private const string Vault = "https://vault.example";
    private const string Foreign = "https://foreign.example";

    private Provider provider = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        provider = await Provider.StartAsync(kind);
        await provider.Services.GetRequiredService<Catalog>().ChangeAsync(db =>
        {
            db.ApiResources.Add(new ApiResource { Audience = Pay, DisplayName = "Pay", Scopes = ["pay.read", "pay.write"] });
            db.ApiResources.Add(new ApiResource { Audience = Files, DisplayName = "Files", Scopes = ["files"] });
            db.ApiResources.Add(new ApiResource { Audience = Vault, DisplayName = "Vault", Scopes = ["vault"], RequiredAcr = "mfa" });
            db.ApiResources.Add(new ApiResource { Audience = Foreign, DisplayName = "Foreign", Scopes = ["foreign"] });
            return Task.FromResult(true);
        });
        await provider.AddAsync(new Client
        {
            ClientId = "app", DisplayName = "app", RedirectUris = [Provider.RedirectUri], GrantTypes = ["authorization_code", "refresh_token", "client_credentials"],
            Scopes = ["openid", "offline_access", "pay.read", "files", "vault"],
        });
        await provider.SignInAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await provider.DisposeAsync();

    [Test]
    public async Task The_token_is_for_the_api_and_has_its_scopes_alone()
    {
        var tokens = await RedeemAsync(await CodeAsync(Pay));

        Assert.That((Audience(tokens), tokens["scope"]), Is.EqualTo((Pay, "pay.read")));
        Assert.That(tokens["id_token"], Is.Not.Null);
    }

    [Test]
    public async Task Without_a_resource_it_is_for_this_server() => Assert.That(Audience(await RedeemAsync(await provider.CodeAsync("app"))), Is.EqualTo(Provider.Issuer));

    [Test]
    public async Task Two_apis_may_be_named()
    {
        var tokens = await RedeemAsync(await CodeAsync(Pay, Files));

        Assert.That((Audience(tokens), tokens["scope"]), Is.EqualTo(($"{Pay} {Files}", "pay.read files")));
    }

    [Test]
    public async Task The_token_request_narrows()
    {
        var tokens = await RedeemAsync(await CodeAsync(Pay, Files), Files);

        Assert.That((Audience(tokens), tokens["scope"]), Is.EqualTo((Files, "files")));
    }

    [Test]
    public async Task The_token_request_does_not_widen_and_leaves_the_code()
    {
        var code = await CodeAsync(Pay);

        Assert.That((await RedeemAsync(code, Files))["error"], Is.EqualTo("invalid_target"));
        Assert.That(Audience(await RedeemAsync(code)), Is.EqualTo(Pay));
    }

    [Test]
    public async Task Each_refresh_chooses_among_what_was_granted()
    {
        var tokens = await RedeemAsync(await CodeAsync(Pay, Files));
        tokens = await RefreshAsync(tokens, Files);
        Assert.That(Audience(tokens), Is.EqualTo(Files));
        tokens = await RefreshAsync(tokens, Pay);
        Assert.That(Audience(tokens), Is.EqualTo(Pay));
        tokens = await RefreshAsync(tokens, Provider.Issuer);
        Assert.That((await provider.UserInfoAsync("Bearer", tokens["access_token"]!))["sub"], Is.EqualTo(Provider.UserId));
        Assert.That((await RefreshAsync(tokens, Vault))["error"], Is.EqualTo("invalid_target"));
    }

    [Test]
    public async Task Userinfo_takes_no_token_of_an_api()
    {
        var answer = await provider.UserInfoAsync("Bearer", (await RedeemAsync(await CodeAsync(Pay)))["access_token"]!);

        Assert.That((answer.Status, answer["error"]), Is.EqualTo((HttpStatusCode.Unauthorized, "invalid_token")));
    }

    [TestCase("https://unknown.example")]
    [TestCase(Foreign)]
    [TestCase(Pay + "/")]
    [TestCase(Pay + "#x")]
    [TestCase("pay")]
    [TestCase(Pay + " " + Files)]
    public async Task A_target_that_is_not_the_clients_is_invalid_target_everywhere(string resource)
    {
        var location = await provider.AuthorizeAsync(Provider.Request("app", ("scope", "openid pay.read"), ("resource", resource)));
        var token = await provider.PostAsync("/connect/token", [new("grant_type", "client_credentials"), new("resource", resource)], basic: "app:s3cret");
        var pushed = await provider.PostAsync("/connect/par", Provider.Request("app", ("scope", "openid pay.read"), ("resource", resource)), basic: "app:s3cret");

        Assert.That((Provider.Query(location, "error"), token["error"], pushed["error"]), Is.EqualTo(("invalid_target", "invalid_target", "invalid_target")));
    }

    [Test]
    public async Task An_api_without_one_of_the_scopes_is_no_target() =>
        Assert.That(Provider.Query(await provider.AuthorizeAsync(Provider.Request("app", ("resource", Pay))), "error"), Is.EqualTo("invalid_target"));

    [Test]
    public async Task A_client_acts_for_itself_at_an_api()
    {
        var tokens = await provider.PostAsync("/connect/token", [new("grant_type", "client_credentials"), new("resource", Files)], basic: "app:s3cret");

        Assert.That((Audience(tokens), tokens["scope"]), Is.EqualTo((Files, "files")));
    }

    [Test]
    public async Task A_pushed_request_keeps_both()
    {
        var pushed = await provider.PostAsync("/connect/par", [.. Provider.Request("app", ("scope", "openid pay.read files")), new("resource", Pay), new("resource", Files)], basic: "app:s3cret");
        var code = Provider.Query(await provider.AuthorizeAsync([new("client_id", "app"), new("request_uri", pushed["request_uri"])]), "code")!;

        Assert.That(Audience(await RedeemAsync(code)), Is.EqualTo($"{Pay} {Files}"));
    }

    [Test]
    public async Task An_api_that_demands_verification_leads_to_it()
    {
        var location = await provider.AuthorizeAsync(Provider.Request("app", ("scope", "openid vault"), ("resource", Vault)));

        Assert.That(location.AbsolutePath, Is.EqualTo("/enroll"));
    }

    [Test]
    public async Task An_api_that_demands_verification_is_not_reached_by_naming_it_late()
    {
        var code = await provider.CodeAsync("app", ("scope", "openid vault"));

        Assert.That((await RedeemAsync(code, Vault))["error"], Is.EqualTo("invalid_grant"));
    }

    private static string Audience(Answer tokens)
    {
        Assert.That(tokens.Status, Is.EqualTo(HttpStatusCode.OK), tokens.ToString());
        return string.Join(' ', new JsonWebToken(tokens["access_token"]).Audiences);
    }

    private async Task<string> CodeAsync(params string[] resources)
    {
        var location = await provider.AuthorizeAsync(
            [.. Provider.Request("app", ("scope", "openid offline_access pay.read files")), .. resources.Select(r => KeyValuePair.Create("resource", (string?)r))]);
        return Provider.Query(location, "code") ?? throw new AssertionException(location.ToString());
    }

    private Task<Answer> RedeemAsync(string code, string? resource = null) => provider.PostAsync("/connect/token",
        [
            new("grant_type", "authorization_code"), new("code", code), new("redirect_uri", Provider.RedirectUri), new("code_verifier", Provider.Verifier),
            new("resource", resource),
        ], basic: "app:s3cret");

    private Task<Answer> RefreshAsync(Answer tokens, string resource) => provider.PostAsync("/connect/token",
        [new("grant_type", "refresh_token"), new("refresh_token", tokens["refresh_token"]), new("resource", resource)], basic: "app:s3cret");
}
