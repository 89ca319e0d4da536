using System.Net;
using System.Text.Json;
using IdP.Testing;

namespace IdP.Tests.Server.Journeys;

/// <summary>One authorization request and where the person stands with it.</summary>
internal sealed class Journey(Visitor person, RelyingParty app, AuthorizationRequest request, Exchange page)
{
    /// <summary>What <see cref="At"/> says of somebody who was sent back to the application.</summary>
    public const string App = "the application";

    public Visitor Person => person;

    public AuthorizationRequest Request => request;

    public Exchange Page { get; private set; } = page;

    /// <summary>The path of the page that is shown, or <see cref="App"/>.</summary>
    public string At => Page.LeadsTo(app.RedirectUri) ? App : Page.Uri.AbsolutePath;

    /// <summary>The page's text in one line.</summary>
    public string Text => string.Join(' ', Page.Page.QuerySelector("main")!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The parameters that came back to the application.</summary>
    public IReadOnlyDictionary<string, string> Answer => app.AuthorizationResponse(Page);

    public string? Error => Answer.GetValueOrDefault("error");

    public string Code => Answer.TryGetValue("code", out var code) ? code : throw new InvalidOperationException($"There is no code: {Page}");

    public async Task SignInAsync(string password = ServerFixture.Password) => Page = await person.SignInAsync(Page, password);

    public async Task VerifyAsync(string? code = null) => Page = await person.VerifyAsync(Page, code);

    public async Task SkipAsync() => Page = await person.SubmitAsync(Page, "[name=action]");

    public async Task DecideAsync(string decision) => Page = await person.SubmitAsync(Page, $"[value={decision}]");

    /// <summary>From "Get an authenticator app" back to where the journey leads.</summary>
    /// <param name="pass">An admin's one-time pass, where the password alone is not enough.</param>
    /// <returns>The recovery codes.</returns>
    public async Task<IReadOnlyList<string>> EnrollAsync(string? pass = null)
    {
        Page = await person.SubmitAsync(Page, "[name=next]");
        if (pass is not null) await VerifyAsync(pass);
        (Page, var codes) = await person.SetUpAsync(Page);
        Assert.That(codes, Has.Count.EqualTo(10), $"{Page}");
        Page = await person.SubmitAsync(Page, "[value=done]");
        return codes;
    }

    /// <summary>Goes on in this browser with a page that was opened otherwise.</summary>
    public void Continue(Exchange page) => Page = page;

    public Task<Exchange> RedeemAsync() => app.RedeemAsync(Code, request.CodeVerifier);

    /// <summary>What a redemption that must succeed gives.</summary>
    public async Task<JsonElement> TokensAsync()
    {
        var answer = await RedeemAsync();
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), $"{answer}");
        return answer.Json;
    }

    /// <summary>The claims of the ID token.</summary>
    public async Task<JsonElement> ClaimsAsync() => ServerFixture.ClaimsOf((await TokensAsync()).GetProperty("id_token").GetString()!);
}
