using System.Net;
using System.Web;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Testing;
using IdP.Tests.Protocol;
using IdP.Tests.Server.Journeys;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Samples.Notes;

namespace IdP.Tests.Samples;

/// <summary>What Notes does with the answers of an API, with the real server and an API that a test can make say anything.</summary>
internal sealed class StepUpClientTests
{
    private readonly string address = $"http://localhost:{FreePort.Find()}";

    private Provider provider = null!;
    private LoopbackApp api = null!;
    private WebApplication notes = null!;
    private UserAgent browser = null!;
    private string challenge = "";
    private string presented = "";
    private int calls;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        provider = await Provider.ListenAsync();
        api = await LoopbackApp.StartAsync(app => app.MapGet("/salary/bank-account", (HttpRequest request, HttpResponse response) =>
        {
            calls++;
            presented = request.Headers.Authorization.ToString();
            response.Headers.WWWAuthenticate = challenge;
            return Results.StatusCode(challenge.Length == 0 ? 500 : 401);
        }));
        var resource = api.Address.OriginalString;
        await provider.Services.GetRequiredService<Catalog>().ChangeAsync(db =>
        {
            db.ApiResources.Add(new ApiResource { Audience = resource, DisplayName = "Payroll", Scopes = ["payroll.read"] });
            return Task.FromResult(true);
        });
        await provider.AddAsync(new Client
        {
            ClientId = NotesApp.ClientId, DisplayName = "Notes", RedirectUris = [address + "/callback"], GrantTypes = ["authorization_code", "refresh_token"],
            Scopes = ["openid", "profile", "email", "offline_access", "payroll.read"],
        });
        await provider.SignInAsync();
        notes = NotesApp.Build([$"--Authority={provider.Http.BaseAddress!.OriginalString}", "--ClientSecret=s3cret", $"--BaseUrl={address}", $"--Resource={resource}"]);
        await notes.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await notes.DisposeAsync();
        await api.DisposeAsync();
        await provider.DisposeAsync();
    }

    [SetUp]
    public async Task Open_notes()
    {
        (browser, calls) = (new UserAgent(), 0);
        browser.Cookies.SetCookies(new Uri(address), provider.Http.DefaultRequestHeaders.GetValues("Cookie").Single() + "; path=/");
        Assert.That((await OpenAsync("/login")).Heading, Is.EqualTo("Notes"));
    }

    [TearDown]
    public void Close_the_browser() => browser.Dispose();

    [Test]
    public async Task An_api_that_is_never_content_is_asked_twice_and_not_for_ever()
    {
        challenge = """Bearer realm="x", error="insufficient_user_authentication", error_description="Not \"you\" again, please.", acr_values="pwd", max_age="3600" """;

        var page = await OpenAsync("/bank-account");

        Assert.That((calls, page.Status), Is.EqualTo((2, HttpStatusCode.Forbidden)));
        Assert.That(page.Page.QuerySelector("main")!.TextContent, Does.Contain("Not \"you\" again, please."));
    }

    [Test]
    public async Task The_challenge_goes_into_the_request_as_it_is()
    {
        challenge = "Basic realm=\"y\", Bearer error=insufficient_user_authentication, acr_values=\"phr mfa\", max_age=60";

        var sent = HttpUtility.ParseQueryString((await browser.GetAsync(new Uri(address + "/bank-account"))).Location!.Query);

        Assert.That((sent["acr_values"], sent["max_age"], sent["resource"], sent["prompt"]), Is.EqualTo(("phr mfa", "60", api.Address.OriginalString, (string?)null)));
    }

    [Test]
    public async Task The_api_gets_a_token_for_itself_alone_and_userinfo_another()
    {
        challenge = "";
        await OpenAsync("/bank-account");

        var token = ServerFixture.ClaimsOf(presented["Bearer ".Length..]);
        Assert.That((token.GetProperty("aud").ToString(), token.GetProperty("scope").GetString()), Is.EqualTo((api.Address.OriginalString, "payroll.read")));
        Assert.That((await OpenAsync("/userinfo")).Page.QuerySelector("#userinfo-sub")?.TextContent, Is.EqualTo(Provider.UserId));
    }

    [TestCase("Bearer error=\"invalid_token\", acr_values=\"mfa\"")]
    [TestCase("Bearer error=\"insufficient_user_authentication\"")]
    [TestCase("Digest error=\"insufficient_user_authentication\", acr_values=\"mfa\"")]
    [TestCase("Bearer error=\"insufficient_user_authentication\", max_age=\"-1\"")]
    [TestCase("")]
    public async Task Nothing_else_sends_the_person_away(string said)
    {
        challenge = said;

        Assert.That((await browser.GetAsync(new Uri(address + "/bank-account"))).Status, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    private async Task<Exchange> OpenAsync(string path) => await browser.FollowAsync(await browser.GetAsync(new Uri(address + path)));
}
