using IdP.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace IdP.Tests.Testing;

internal sealed class RelyingPartyTests
{
    private LoopbackApp provider = null!;

    [OneTimeSetUp]
    public async Task Start_a_provider_of_few_lines() => provider = await LoopbackApp.StartAsync(app =>
    {
        app.MapGet("/connect/authorize", (HttpContext http) =>
        {
            http.Response.Cookies.Append("flow", http.Request.QueryString.Value ?? "");
            return Results.Redirect("/signin");
        });
        app.MapGet("/signin", () => Results.Content(
            """
            <form action="/search"><input name="q"><button>Search</button></form>
            <form method="post" action="/signin"><input type="hidden" name="guard" value="a+b&amp;c"><input name="username">
            <input type="checkbox" name="unchecked"><button name="answer" value="yes">Yes</button><button name="answer" value="no">No</button></form>
            """, "text/html"));
        app.MapPost("/signin", (HttpContext http) =>
        {
            var form = string.Join(';', http.Request.Form.Select(field => $"{field.Key}={field.Value}"));
            var redirect = new Uri("http://x/" + http.Request.Cookies["flow"]).QueryParameters["redirect_uri"];
            return Results.Redirect($"{redirect}?code={Uri.EscapeDataString(form)}&state=kept");
        });
        app.MapPost("/connect/token", (HttpContext http) => Results.Json(new
        {
            error = "invalid_grant", authorization = http.Request.Headers.Authorization.ToString(), cookies = http.Request.Cookies.Count,
        }, statusCode: 400));
    });

    [OneTimeTearDown]
    public async Task Stop_it() => await provider.DisposeAsync();

    [Test]
    public async Task Redirects_cookies_and_forms_lead_back_to_the_client()
    {
        using var client = new RelyingParty(provider.Address, "notes", "s3cret");

        var page = await client.AuthorizeAsync(client.NewAuthorizationRequest());
        var back = await client.SubmitAsync(page, new Dictionary<string, string> { ["username"] = "anna" }, "[value=no]");

        Assert.That(back.Location!.GetLeftPart(UriPartial.Path), Is.EqualTo("https://client.example/callback"));
        Assert.That(client.AuthorizationResponse(back), Is.EqualTo(new Dictionary<string, string>
        {
            ["code"] = "guard=a+b&c;answer=no;username=anna", ["state"] = "kept",
        }));
    }

    [Test]
    public async Task A_field_that_the_page_lacks_is_refused()
    {
        using var client = new RelyingParty(provider.Address, "notes");
        var page = await client.AuthorizeAsync(client.NewAuthorizationRequest());

        Assert.That(
            async () => await client.SubmitAsync(page, new Dictionary<string, string> { ["code"] = "123456" }),
            Throws.InvalidOperationException.With.Message.Contains("lacks a form with code"));
    }

    [Test]
    public async Task A_token_request_carries_the_client_and_no_cookies()
    {
        using var client = new RelyingParty(provider.Address, "notes", "s3cret");
        await client.AuthorizeAsync(client.NewAuthorizationRequest());

        var answer = await client.RedeemAsync("c0de", "verifier");

        Assert.That(answer.Error, Is.EqualTo("invalid_grant"));
        Assert.That(answer.JsonString("authorization"), Is.EqualTo("Basic bm90ZXM6czNjcmV0"));
        Assert.That(answer.JsonString("cookies"), Is.EqualTo("0"));
    }
}
