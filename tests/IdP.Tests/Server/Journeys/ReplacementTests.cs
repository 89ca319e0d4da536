using System.Net;
using IdP.Testing;

namespace IdP.Tests.Server.Journeys;

/// <summary>A new phone and new recovery codes, as a person gets them at the portal.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class ReplacementTests(TestDatabaseKind kind) : ServerFixture(kind)
{
    protected override IEnumerable<object> People => [Enrolled("mover"), Enrolled("renewer"), Enrolled("waiter"), Enrolled("loser"), Person("fresh")];

    protected override IEnumerable<object> Apps => [App("notes", "notRequired"), App("payroll", "required")];

    [Test]
    public async Task The_old_phone_works_until_the_new_one_is_confirmed_and_then_no_more()
    {
        var old = Phone("mover");
        var browser = Browser("mover");
        var page = await browser.SignInAsync(await browser.OpenAsync("portal/security/reset"));
        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/verify"));
        page = await browser.VerifyAsync(page);
        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/portal/security/reset"));
        page = await browser.OpenAsync(page.Page.QuerySelector("a.btn.go")!.GetAttribute("href")!);
        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/enroll/app"));

        // The new key is on the screen; the old phone still signs in, elsewhere.
        var meanwhile = await Browser("mover").OpenAsync(AppOf("payroll"));
        await meanwhile.SignInAsync();
        await meanwhile.VerifyAsync(await old.NextCodeAsync());
        Assert.That(meanwhile.At, Is.EqualTo(Journey.App));

        // A wrong code changes nothing: the same key is shown.
        var key = page.Page.GetElementById("key")!.TextContent;
        page = await browser.VerifyAsync(page, await Totp.WrongCodeAsync(key, DateTimeOffset.UtcNow));
        Assert.That(page.Page.GetElementById("key")!.TextContent, Is.EqualTo(key));

        var (shown, codes) = await browser.SetUpAsync(page);
        Assert.That(shown.Uri.AbsolutePath, Is.EqualTo("/enroll/recovery-codes"));
        Assert.That(codes, Has.Count.EqualTo(10));

        // "Used before" would mean that the old secret is still known.
        var next = await Browser("mover").OpenAsync(AppOf("payroll"));
        await next.SignInAsync();
        await next.VerifyAsync(await old.LastCodeAsync());
        Assert.That(next.At, Is.EqualTo("/verify"));
        Assert.That(next.Text, Does.Contain("That code is not right"));
        await next.VerifyAsync(await browser.Phone.NextCodeAsync());
        Assert.That(next.At, Is.EqualTo(Journey.App));
    }

    [Test]
    public async Task New_recovery_codes_replace_the_earlier_ones_and_each_works_once()
    {
        var browser = Browser("renewer");
        var page = await browser.SignInAsync(await browser.OpenAsync("portal/security/recovery-codes"));
        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/verify"));
        page = await browser.VerifyAsync(page);
        var first = CodesOn(await browser.SubmitAsync(page, "main button"));
        var second = CodesOn(await browser.SubmitAsync(await browser.OpenAsync("portal/security/recovery-codes"), "main button"));
        Assert.That(first.Intersect(second), Is.Empty);

        var journey = await Browser("renewer").OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        journey.Continue(await journey.Person.OpenAsync("verify/recovery" + journey.Page.Uri.Query));
        await journey.VerifyAsync(first[0]);
        Assert.That(journey.At, Is.EqualTo("/verify/recovery"));
        Assert.That(journey.Text, Does.Contain("not right, or it was already used"));
        await journey.VerifyAsync(second[0]);
        Assert.That(journey.At, Is.EqualTo("/verify/recovered"));
        journey.Continue(await journey.Person.OpenAsync("connect/authorize" + journey.Page.Uri.Query));
        Assert.That((await journey.ClaimsAsync()).GetProperty("acr").GetString(), Is.EqualTo("mfa"));

        var again = await Browser("renewer").OpenAsync(AppOf("payroll"));
        await again.SignInAsync();
        again.Continue(await again.Person.OpenAsync("verify/recovery" + again.Page.Uri.Query));
        await again.VerifyAsync(second[0]);
        Assert.That(again.At, Is.EqualTo("/verify/recovery"));
    }

    [Test]
    public async Task A_recovery_code_stands_in_for_a_lost_phone()
    {
        var browser = Browser("loser");
        var page = await browser.VerifyAsync(await browser.SignInAsync(await browser.OpenAsync("portal/security/recovery-codes")));
        var codes = CodesOn(await browser.SubmitAsync(page, "main button"));

        var elsewhere = Browser("loser");
        page = await elsewhere.SignInAsync(await elsewhere.OpenAsync("portal/security/reset"));
        page = await elsewhere.VerifyAsync(await elsewhere.OpenAsync("verify/recovery" + page.Uri.Query), codes[3].ToLowerInvariant());
        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/verify/recovered"));
        page = await elsewhere.OpenAsync("portal/security/reset");
        page = await elsewhere.OpenAsync(page.Page.QuerySelector("a.btn.go")!.GetAttribute("href")!);
        var (done, _) = await elsewhere.SetUpAsync(page);
        // Nine codes are left, so none are made.
        Assert.That(done.Uri.PathAndQuery, Is.EqualTo("/portal/security?done=phone"));
    }

    [Test]
    public async Task Five_minutes_after_the_verification_a_replacement_asks_for_another_one()
    {
        var browser = Browser("waiter");
        var page = await browser.SignInAsync(await browser.OpenAsync("portal/security/reset"));
        page = await browser.VerifyAsync(page);
        var setUp = await browser.OpenAsync(page.Page.QuerySelector("a.btn.go")!.GetAttribute("href")!);
        Assert.That(setUp.Uri.AbsolutePath, Is.EqualTo("/enroll/app"));
        await LetTimePassAsync("waiter", TimeSpan.FromMinutes(6));

        var newPhone = new Phone(setUp.Page.GetElementById("key")!.TextContent);
        page = await browser.VerifyAsync(setUp, await newPhone.NextCodeAsync());

        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/verify"));
        Assert.That((await browser.VerifyAsync(page)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_first_set_up_ten_minutes_after_the_password_asks_for_the_password_again()
    {
        var browser = Browser("fresh");
        await browser.SignInAsync(await browser.OpenAsync("portal"));
        Assert.That((await browser.OpenAsync("portal/security/setup")).Uri.AbsolutePath, Is.EqualTo("/portal/security/setup"));
        await LetTimePassAsync("fresh", TimeSpan.FromMinutes(11));

        Assert.That((await browser.OpenAsync("portal/security/setup")).Uri.AbsolutePath, Is.EqualTo("/signin"));
        Assert.That((await browser.OpenAsync("enroll/app?to=/portal/security/setup")).Uri.AbsolutePath, Is.EqualTo("/signin"));
    }

    private static List<string> CodesOn(Exchange page)
    {
        var codes = page.Page.QuerySelectorAll("ol.codes li").Select(code => code.TextContent.Trim()).ToList();
        Assert.That(codes, Has.Count.EqualTo(10), $"{page}");
        return codes;
    }
}
