using System.Net;
using IdP.Storage.Audit;
using IdP.Testing;

namespace IdP.Tests.Server.Journeys;

/// <summary>What people and applications do is in the audit log, each thing once; what admins do, the console's examples look for.</summary>
internal sealed class AuditedTests() : ServerFixture(TestDatabaseKind.Sqlite)
{
    private const string DeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

    protected override IEnumerable<object> People => [Person("ann"), Person("ben"), Person("cleo"), Person("dora"), Person("emil")];

    protected override IEnumerable<object> Apps =>
    [
        App("notes", "notRequired"), App("shop", "notRequired", consent: "explicit"),
        new { clientId = "tv", displayName = "tv", type = "public", tokenEndpointAuthMethod = "none", grantTypes = new[] { DeviceGrant }, scopes = new[] { "openid" }, identityVerification = "notRequired" },
    ];

    [Test]
    public async Task A_wrong_password_and_what_an_application_was_given_and_gave_back()
    {
        var journey = await Browser("ann").OpenAsync(AppOf("notes"));
        await journey.SignInAsync("not the password of ann");
        await ExpectAsync("ann", AuditEvents.PasswordFailed);

        var (_, tokens) = await SignInAsync("ann", "notes");
        await ExpectAsync("ann", AuditEvents.SignedIn, AuditEvents.Authorized);
        await AppOf("notes").RevokeAsync(tokens.GetProperty("refresh_token").GetString()!);
        await ExpectAsync("ann", AuditEvents.AuthorizationRevoked);
    }

    [Test]
    public async Task What_a_person_allows_an_application_and_what_not()
    {
        var journey = await Browser("ben").OpenAsync(AppOf("shop"));
        await journey.SignInAsync();
        await journey.DecideAsync("deny");
        await ExpectAsync("ben", AuditEvents.ConsentRefused);

        var again = await journey.Person.OpenAsync(AppOf("shop"));
        await again.DecideAsync("allow");
        await ExpectAsync("ben", AuditEvents.ConsentGiven);
    }

    [Test]
    public async Task What_a_person_ends_elsewhere_and_here()
    {
        await SignInAsync("cleo", "notes");
        var browser = Browser("cleo");
        var page = await browser.SignInAsync(await browser.OpenAsync("portal/sessions"));
        await browser.SubmitAsync(page, "[value=others]");
        await ExpectAsync("cleo", AuditEvents.SessionEnded);

        await browser.SubmitAsync(await browser.OpenAsync("signout"), "main form[method=post] button");
        await ExpectAsync("cleo", AuditEvents.SignedOut);
    }

    [Test]
    public async Task A_device_that_is_refused_and_a_code_that_nobody_has()
    {
        var device = AppOf("tv");
        device.ClientSecret = null;
        var begun = await device.PostAsync("connect/device", new() { ["scope"] = "openid" });
        var browser = Browser("dora");
        await browser.SignInAsync(await browser.OpenAsync("device"));
        await browser.SubmitAsync(await browser.OpenAsync("device"), null, ("user_code", "BBBB-BBBB"));
        await ExpectAsync("dora", AuditEvents.DeviceCodeFailed);

        var asked = await browser.SubmitAsync(await browser.OpenAsync("device"), null, ("user_code", begun.JsonString("user_code")!));
        await browser.SubmitAsync(asked, "[value=deny]");
        await ExpectAsync("dora", AuditEvents.DeviceRefused);
    }

    [Test]
    public async Task A_link_for_a_new_password()
    {
        var browser = Browser("emil");
        var sent = await browser.SubmitAsync(await browser.OpenAsync("signin/forgot"), null, ("username", "emil"));

        Assert.That(sent.Status, Is.EqualTo(HttpStatusCode.OK), $"{sent}");
        await Eventually.TrueAsync(async () => await CountEventsAsync("emil", AuditEvents.PasswordResetSent) == 1, () => "it is noted");
    }

    private async Task ExpectAsync(string person, params string[] events)
    {
        foreach (var name in events) Assert.That(await CountEventsAsync(person, name), Is.EqualTo(1), name);
    }
}
