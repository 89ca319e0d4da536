using System.Net;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Testing;
using IdP.Tests.Protocol;
using IdP.Tests.Server.Journeys;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Samples.Api;

namespace IdP.Tests.Samples;

/// <summary>The API with tokens of the real server: what it demands, the authorization endpoint gives. RFC 9470.</summary>
internal sealed class StepUpTests
{
    // What the README of the samples advises: the API is a client of its own name, so that it may ask about its tokens.
    private const string Basic = "http%3A%2F%2Fpayroll.example:s3cret";
    private const string Audience = "http://payroll.example";

    private Provider provider = null!;
    private WebApplication api = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        provider = await Provider.ListenAsync();
        await provider.Services.GetRequiredService<Catalog>().ChangeAsync(db =>
        {
            db.ApiResources.Add(new ApiResource { Audience = Audience, DisplayName = "Payroll", Scopes = ["payroll.read"] });
            return Task.FromResult(true);
        });
        await provider.AddAsync(App("notes", AccessTokenFormat.Jwt));
        await provider.AddAsync(App("opaque", AccessTokenFormat.Reference));
        await provider.AddAsync(new Client { ClientId = Audience, DisplayName = "Payroll API", GrantTypes = ["client_credentials"] });
        await provider.SignInAsync();
        api = PayrollApi.Build([$"--Authority={Issuer}", $"--Audience={Audience}", "--Urls=http://127.0.0.1:0"]);
        await api.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await api.DisposeAsync();
        await provider.DisposeAsync();
    }

    private string Issuer => provider.Http.BaseAddress!.OriginalString;

    [SetUp]
    public Task The_password_alone() => ProveAsync(null, "pwd");

    [Test]
    public async Task The_password_gets_what_needs_the_password_and_a_challenge_for_the_rest()
    {
        var tokens = await SignInAsync("notes");

        Assert.That((await CallAsync("/salary", tokens["access_token"])).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await CallAsync("/salary/bank-account", tokens["access_token"])).Challenge, Does.Contain("acr_values=\"mfa\", max_age=\"3600\""));
    }

    [Test]
    public async Task What_the_challenge_says_leads_to_verification_and_then_to_the_data()
    {
        Assert.That((await AuthorizeAsync("notes", ("acr_values", "mfa"), ("max_age", "3600"))).AbsolutePath, Is.EqualTo("/enroll"));

        await ProveAsync(DateTimeOffset.UtcNow, "pwd otp mfa");
        var tokens = await SignInAsync("notes", ("acr_values", "mfa"), ("max_age", "3600"));

        Assert.That((await CallAsync("/salary/bank-account", tokens["access_token"])).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_refresh_does_not_raise_what_was_proven()
    {
        var tokens = await SignInAsync("notes");
        await ProveAsync(DateTimeOffset.UtcNow, "pwd otp mfa");

        var refreshed = await provider.PostAsync("/connect/token", [new("grant_type", "refresh_token"), new("refresh_token", tokens["refresh_token"])], basic: "notes:s3cret");

        Assert.That((await CallAsync("/salary/bank-account", refreshed["access_token"])).Challenge, Does.Contain("insufficient_user_authentication"));
    }

    [Test]
    public async Task An_id_token_is_no_access_token() =>
        Assert.That((await CallAsync("/salary", (await SignInAsync("notes"))["id_token"])).Challenge, Does.Contain("it is no access token"));

    [Test]
    public async Task A_token_for_userinfo_is_none_for_the_api()
    {
        var tokens = await RedeemAsync("notes", await AuthorizeAsync("notes"), Issuer);

        Assert.That((await CallAsync("/salary", tokens["access_token"])).Challenge, Does.Contain("it is for another API"));
    }

    [TestCase("notes")]
    [TestCase("opaque")]
    public async Task Introspection_tells_the_api_what_was_proven_and_when(string app)
    {
        await ProveAsync(DateTimeOffset.UtcNow, "pwd otp mfa");
        var tokens = await SignInAsync(app);

        var said = await provider.PostAsync("/connect/introspect", [new("token", tokens["access_token"])], basic: Basic);

        var idToken = ServerFixture.ClaimsOf(tokens["id_token"]!);
        Assert.That((said["active"], said["aud"], said["acr"], said["auth_time"]), Is.EqualTo(("true", Audience, "mfa", idToken.GetProperty("auth_time").GetRawText())));
    }

    [Test]
    public async Task The_access_token_says_it_as_the_id_token_does()
    {
        var tokens = await SignInAsync("notes");

        var (access, id) = (ServerFixture.ClaimsOf(tokens["access_token"]!), ServerFixture.ClaimsOf(tokens["id_token"]!));
        foreach (var claim in (string[])["acr", "auth_time", "amr", "sub"]) Assert.That(access.GetProperty(claim).GetRawText(), Is.EqualTo(id.GetProperty(claim).GetRawText()), claim);
    }

    private static Client App(string id, AccessTokenFormat format) => new()
    {
        ClientId = id, DisplayName = id, RedirectUris = [Provider.RedirectUri], GrantTypes = ["authorization_code", "refresh_token"],
        Scopes = ["openid", "payroll.read"], AccessTokenFormat = format,
    };

    private Task ProveAsync(DateTimeOffset? verifiedAt, string amr) =>
        provider.Services.GetRequiredService<IdPDatabase>().WriteAsync(s => s.ExecuteAsync("UPDATE sessions SET verified_at = @p0, amr = @p1", verifiedAt, amr));

    private Task<Uri> AuthorizeAsync(string app, params (string, string?)[] more) =>
        provider.AuthorizeAsync(Provider.Request(app, [("scope", "openid payroll.read"), ("resource", Audience), .. more]));

    private async Task<Answer> SignInAsync(string app, params (string, string?)[] more) => await RedeemAsync(app, await AuthorizeAsync(app, more));

    private async Task<Answer> RedeemAsync(string app, Uri answered, string? resource = null)
    {
        var tokens = await provider.PostAsync("/connect/token",
            [
                new("grant_type", "authorization_code"), new("code", Provider.Query(answered, "code")), new("redirect_uri", Provider.RedirectUri),
                new("code_verifier", Provider.Verifier), new("resource", resource),
            ], basic: app + ":s3cret");
        Assert.That(tokens.Status, Is.EqualTo(HttpStatusCode.OK), $"{answered} {tokens}");
        return tokens;
    }

    private async Task<Answer> CallAsync(string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, api.Urls.Single() + path);
        request.Headers.Authorization = new("Bearer", token);
        using var http = new HttpClient();
        using var response = await http.SendAsync(request);
        return await Answer.ReadAsync(response);
    }
}
