using IdP.Testing;
using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;
using IdP.Verification.Methods.Passkeys;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Tests.Verification.Methods.Passkeys;

/// <summary>A test with people who have passkeys.</summary>
internal abstract class PasskeyBench(TestDatabaseKind kind) : BenchTest(kind)
{
    protected const string Origin = "http://localhost:5080";

    /// <summary>Somebody with an app and a passkey.</summary>
    protected async Task<(Someone Who, SoftPasskey Passkey)> AddAsync(string name = "anna")
    {
        var (who, passkey) = (await Bench.AddAsync(name, enrolled: true), new SoftPasskey(Origin));
        Assert.That((await AddPasskeyAsync(await Bench.VerifiedAsync(who), passkey)).Check, Is.EqualTo(PasskeyCheck.Accepted));
        // What was typed while it was added is used up.
        Bench.Clock.Advance(TimeSpan.FromMinutes(1));
        return (who, passkey);
    }

    protected static async Task<PasskeySetup> AddPasskeyAsync(Browser browser, SoftPasskey passkey)
    {
        var prompt = await BeginAsync(browser);
        return await ConfirmAsync(browser, prompt.Ceremony, passkey.Create(prompt.Options));
    }

    protected static Task<PasskeyPrompt> BeginAsync(Browser browser) => browser.WhoAsync(async (s, who) =>
        (await s.GetRequiredService<PasskeyEnrollment>().BeginAsync(who, SignInBench.Required)).Prompt ?? throw new InvalidOperationException("Refused."));

    protected static Task<PasskeySetup> ConfirmAsync(Browser browser, string ceremony, string answer, string name = "Laptop") => browser.WhoAsync((s, who) =>
        s.GetRequiredService<PasskeyEnrollment>().ConfirmAsync(who, ceremony, answer, name, SignInBench.Required), new PasskeySetup(null, null, PasskeyCheck.Gone, []));

    protected static Task<PasskeyPrompt> AskAsync(Browser browser) => browser.WhoAsync((s, who) => s.GetRequiredService<PasskeyVerification>().BeginAsync(who));

    protected static async Task<PasskeyCheck> CheckAsync(Browser browser, string ceremony, string answer) => (await browser.WhoAsync<PasskeyCheck?>(
        async (s, who) => await s.GetRequiredService<PasskeyVerification>().CheckAsync(who, ceremony, answer, "portal"), PasskeyCheck.Gone))!.Value;

    protected static Task<PasskeyPrompt> AskAnybodyAsync(Browser browser) => browser.RequestAsync(s => s.GetRequiredService<PasskeySignIn>().BeginAsync());

    protected static Task<PasskeySignInOutcome> SignInAsync(Browser browser, string ceremony, string answer) => browser.RequestAsync(s =>
        s.GetRequiredService<PasskeySignIn>().SignInAsync(ceremony, answer, SignInBench.Unguarded, RequestDemands.None));

    protected async Task<PasskeySignInOutcome> SignInAsync(SoftPasskey passkey, Browser? browser = null)
    {
        browser ??= Bench.NewBrowser();
        var prompt = await AskAnybodyAsync(browser);
        return await SignInAsync(browser, prompt.Ceremony, passkey.Get(prompt.Options));
    }

    /// <summary>A browser with a session by password and passkey.</summary>
    protected async Task<Browser> VerifiedByAsync(Someone who, SoftPasskey passkey)
    {
        var browser = await Bench.PendingAsync(who);
        var prompt = await AskAsync(browser);
        Assert.That(await CheckAsync(browser, prompt.Ceremony, passkey.Get(prompt.Options)), Is.EqualTo(PasskeyCheck.Accepted));
        return browser;
    }
}
