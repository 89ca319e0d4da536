using IdP.Server.Admin.Clients;
using IdP.Server.Admin.Users;
using IdP.Server.Admin.Users.Import;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Testing;
using IdP.Verification;
using IdP.Verification.Enrollments;
using IdP.Verification.Methods.Totp;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Server.Configuration;

[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class DocumentApplyTests(TestDatabaseKind kind) : AdminFixture(kind)
{
    private const string Document = """
        { "settings": { "enrollmentDays": 5, "supportContact": "help@example.com" },
          "users": [ { "username": "maya", "email": "maya@example.com", "password": "quiet-harbour-27", "groups": ["staff"], "claims": { "dept": 7 },
                       "roles": ["auditor"], "verification": "required" } ],
          "clients": [ { "clientId": "payroll", "clientSecret": "a secret somebody chose", "displayName": "Payroll", "redirectUris": ["https://payroll.example/cb"],
                         "consent": "explicit", "identityVerification": "required", "reverifyAfterMinutes": 60, "requirePar": true, "jwks": {} } ] }
        """;

    [Test]
    public async Task A_document_is_applied_whole()
    {
        await ApplyAsync(Document);

        var (maya, payroll) = (await PersonAsync("maya"), (await Get<ShowClient>().HandleAsync("payroll"))!);
        Assert.That((maya.State, maya.Deadline, maya.Roles[0], maya.Claims["dept"].GetInt32()), Is.EqualTo((EnrollmentView.Period, (DateTimeOffset?)Now.AddDays(5), "auditor", 7)));
        Assert.That((payroll.IdentityVerification, payroll.ReverifyAfterMinutes, payroll.RequirePar, payroll.Secrets.Count), Is.EqualTo((VerificationMode.Required, 60, true, 1)));
        Assert.That(VerificationSettings.Of(await Get<Catalog>().GetAsync()).SupportContact, Is.EqualTo("help@example.com"));
    }

    [Test]
    public async Task Applied_again_it_writes_nothing()
    {
        await ApplyAsync(Document);
        var before = await StateAsync();
        Clock.Advance(TimeSpan.FromDays(1));

        var again = await ApplyAsync(Document);

        Assert.That(again.Differences, Is.Empty);
        Assert.That(await StateAsync(), Is.EqualTo(before));
    }

    [Test]
    public async Task A_dry_run_says_the_same_and_writes_nothing()
    {
        var before = await StateAsync();

        var said = await ApplyAsync(Document, dryRun: true);

        Assert.That(await StateAsync(), Is.EqualTo(before));
        Assert.That(said.Differences, Is.EqualTo((await ApplyAsync(Document)).Differences));
    }

    [Test]
    public async Task One_error_keeps_everything_else_from_being_applied()
    {
        var result = await ApplyAsync("""{ "users": [ { "username": "maya" } ], "clients": [ { "clientId": "broken" } ] }""");

        Assert.That(result.Errors.Select(e => e.Path), Is.EqualTo(new[] { "$.clients[0].redirectUris", "$.clients[0].clientSecret" }));
        Assert.That(await Get<ShowUser>().HandleAsync("maya", Ct), Is.Null);
    }

    [Test]
    public async Task A_field_that_is_left_out_keeps_what_is_stored()
    {
        await ApplyAsync(Document);

        await ApplyAsync("""{ "clients": [ { "clientId": "payroll", "displayName": "Pay" } ] }""");

        var payroll = (await Get<ShowClient>().HandleAsync("payroll"))!;
        Assert.That((payroll.DisplayName, payroll.IdentityVerification, payroll.Consent), Is.EqualTo(("Pay", VerificationMode.Required, ConsentType.Explicit)));
    }

    [TestCase("\"identityVerification\": \"notRequired\"", "Payroll no longer asks anybody for identity verification.")]
    [TestCase("\"identityVerification\": \"whenEnrolled\"", "Payroll now asks only people who have enrolled.")]
    [TestCase("\"reverifyAfterMinutes\": 480", "Payroll accepts a verification for longer: 480 minutes instead of 60.")]
    [TestCase("\"rememberBrowserDays\": 14", "At Payroll, a stolen browser that is remembered needs no code for 14 days, only the password.")]
    [TestCase("\"requirePkce\": false", "A stolen authorization code can be redeemed: PKCE is no longer required.")]
    [TestCase("\"requirePar\": false", "Authorization requests may again come through the browser, where they can be changed.")]
    [TestCase("\"consent\": \"implicit\"", "People are no longer asked before the application gets their data.")]
    [TestCase("\"redirectUris\": [\"https://payroll.example/cb\", \"https://other.example/cb\"]", "Authorization codes may now be sent to another host: other.example.")]
    [TestCase("\"verificationMethods\": [\"otp\"]", "Payroll no longer takes passkeys: their owners verify by a code, which can be phished.")]
    [TestCase("\"scopes\": [\"openid\", \"email\"]", "The client may now ask for email.")]
    public async Task What_makes_a_client_weaker_is_said_in_words(string field, string words)
    {
        await ApplyAsync(Document);

        var result = await ApplyAsync($$"""{ "clients": [ { "clientId": "payroll", {{field}} } ] }""");

        Assert.That(result.Differences.Select(d => d.Weaker), Is.EqualTo(new[] { words }));
    }

    [TestCase("[]", "Payroll no longer asks for a passkey: a code is enough, and a code can be phished.")]
    [TestCase("[\"passkey\", \"otp\"]", "Payroll no longer asks for a passkey: a code is enough, and a code can be phished.")]
    [TestCase("[\"otp\"]", "Payroll no longer asks for a passkey: a code is enough, and a code can be phished.")]
    public async Task That_a_passkey_is_demanded_no_more_is_said_in_words(string methods, string words)
    {
        await ApplyAsync(Document.Replace("\"requirePar\": true", "\"verificationMethods\": [\"passkey\"]", StringComparison.Ordinal));
        Assert.That((await Get<ShowClient>().HandleAsync("payroll"))!.VerificationMethods, Is.EqualTo(new[] { "passkey" }));

        var result = await ApplyAsync($$"""{ "clients": [ { "clientId": "payroll", "verificationMethods": {{methods}} } ] }""");

        Assert.That(result.Differences.Select(d => d.Weaker), Is.EqualTo(new[] { words }));
    }

    [TestCase("\"verificationMethods\": [\"passkey\"]")]
    [TestCase("\"verificationMethods\": [\"otp\", \"passkey\"]")]
    [TestCase("\"identityVerification\": \"always\"")]
    [TestCase("\"reverifyAfterMinutes\": 0")]
    [TestCase("\"redirectUris\": [\"https://payroll.example/cb\", \"https://payroll.example/other\"]")]
    public async Task What_makes_a_client_no_weaker_is_not_called_so(string field)
    {
        await ApplyAsync(Document);

        var result = await ApplyAsync($$"""{ "clients": [ { "clientId": "payroll", {{field}} } ] }""", dryRun: true);

        Assert.That(result.Differences.Select(d => d.Weaker), Is.EqualTo(new string?[] { null }));
    }

    [TestCase("""[{ "group": "guests", "identityVerification": "notRequired" }]""", "Payroll asks less. People of the group guests: notRequired instead of required.")]
    [TestCase("""[{ "networks": ["10.0.0.0/8"], "identityVerification": "whenEnrolled" }]""", "Payroll asks less. People of no group in 10.0.0.0/8: whenEnrolled instead of required.")]
    [TestCase("""[{ "networks": ["10.0.0.0/8"], "outside": true, "identityVerification": "always" }]""", null)]
    public async Task Rules_say_for_whom_and_where_they_ask_less_and_are_applied_once(string rules, string? words)
    {
        await ApplyAsync(Document);
        var document = $$"""{ "clients": [ { "clientId": "payroll", "rules": {{rules}} } ] }""";

        var result = await ApplyAsync(document);

        Assert.That(result.Differences.Select(d => d.Weaker), Is.EqualTo(new[] { words }));
        Assert.That((await Get<ShowClient>().HandleAsync("payroll"))!.Rules, Has.Count.EqualTo(1));
        Assert.That((await ApplyAsync(document)).Differences, Is.Empty);
    }

    [TestCase("""[{ "networks": ["office"], "identityVerification": "always" }]""", "$.clients[0].rules[0]")]
    public async Task A_rule_that_cannot_be_is_named_by_its_path(string rules, string path)
    {
        var result = await ApplyAsync($$"""{ "clients": [ { "clientId": "payroll", "redirectUris": ["https://payroll.example/cb"], "clientSecret": "0123456789abcdef0123", "rules": {{rules}} } ] }""");

        Assert.That(result.Errors.Select(e => e.Path), Does.Contain(path));
    }

    [TestCase("""{ "group": "a" }""", "$.clients[0].rules[0].identityVerification")]
    [TestCase("""{ "grp": "a", "identityVerification": "always" }""", "$.clients[0].rules[0].grp")]
    public void A_rule_that_cannot_be_read_is_named_by_its_path(string rule, string path)
    {
        var (document, errors) = IdP.Server.Configuration.ApplyDocument.Read(System.Text.Encoding.UTF8.GetBytes($$"""{ "clients": [ { "clientId": "payroll", "rules": [{{rule}}] } ] }"""), "/");

        Assert.That(document, Is.Null);
        Assert.That(errors.Select(e => e.Path), Is.EqualTo(new[] { path }));
    }

    [Test]
    public async Task At_a_start_people_keep_the_password_they_have()
    {
        await ApplyAsync(Document);

        var result = await ApplyAsync(Document.Replace("quiet-harbour-27", "another-password-1", StringComparison.Ordinal), atStart: true);

        Assert.That(result.Differences, Is.Empty);
    }

    [Test]
    public async Task Applied_by_hand_another_password_is_set()
    {
        await ApplyAsync(Document);
        var old = (await StoredAsync("maya")).CredentialGeneration;

        var result = await ApplyAsync(Document.Replace("quiet-harbour-27", "another-password-1", StringComparison.Ordinal));

        Assert.That(result.Differences.Select(d => d.Text), Is.EqualTo(new[] { "password: replaced" }));
        Assert.That((await StoredAsync("maya")).CredentialGeneration, Is.GreaterThan(old));
    }

    [Test]
    public async Task A_period_that_ran_is_never_started_again()
    {
        await ApplyAsync(Document);
        Clock.Advance(TimeSpan.FromDays(6));

        var result = await ApplyAsync(Document);

        Assert.That(result.Differences, Is.Empty);
        Assert.That((await PersonAsync("maya")).State, Is.EqualTo(EnrollmentView.Expired));
    }

    [Test]
    public async Task A_person_with_a_secret_is_enrolled_with_it()
    {
        await ApplyAsync("""{ "users": [ { "username": "kim", "verification": "required", "totpSecret": "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ" } ] }""");

        await using var db = Database.CreateContext();
        var row = await db.TotpAuthenticators.SingleAsync();
        Assert.That((await PersonAsync("kim")).State, Is.EqualTo(EnrollmentView.Active));
        Assert.That(Get<TotpSecrets>().Unprotect(row.ProtectedSecret, row.UserId), Is.EqualTo("12345678901234567890"u8.ToArray()));
    }

    [Test]
    public async Task A_secret_that_was_reset_does_not_come_back()
    {
        const string Kim = """{ "users": [ { "username": "kim", "totpSecret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" } ] }""";
        await ApplyAsync(Kim);
        await Get<ResetVerification>().HandleAsync(new("kim", null, Compromised: false, Reason), Actor, Ct);

        var result = await ApplyAsync(Kim);

        Assert.That(result.Differences, Is.Empty);
        Assert.That((await PersonAsync("kim")).State, Is.EqualTo(EnrollmentView.MustEnroll));
    }

    [Test]
    public async Task What_a_resource_demanded_and_what_a_reset_left_is_lifted_by_no_file()
    {
        await ApplyAsync("""{ "users": [ { "username": "kim" }, { "username": "lee", "verification": "required", "totpSecret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" } ] }""");
        await Get<EnrollmentPeriods>().StartAsync((await PersonAsync("kim")).Id, "client:payroll", Now.AddDays(7), new RequestOrigin(null, null));
        await Get<ResetVerification>().HandleAsync(new("lee", null, Compromised: false, Reason), Actor, Ct);

        var applied = await ApplyAsync("""{ "users": [ { "username": "kim", "verification": "notRequired" }, { "username": "lee", "verification": "notRequired" } ] }""");
        var imported = await Get<ImportUsers>().HandleAsync(new("username,verification\nkim,notRequired\nlee,notRequired"u8.ToArray(), false, Reason), Actor, Ct);

        Assert.That((applied.Differences.Count, applied.Errors.Count, imported.Same), Is.EqualTo((0, 0, 2)));
        Assert.That(((await PersonAsync("kim")).State, (await PersonAsync("lee")).State), Is.EqualTo((EnrollmentView.Period, EnrollmentView.MustEnroll)));
    }

    [Test]
    public async Task An_e_mail_address_of_somebody_else_is_refused()
    {
        await ApplyAsync(Document);

        var result = await ApplyAsync("""{ "users": [ { "username": "other", "email": "MAYA@example.com" } ] }""");

        Assert.That(result.Errors.Select(e => e.Path), Is.EqualTo(new[] { "$.users[0].email" }));
    }

    [Test]
    public async Task An_account_is_turned_off_and_on_again_and_the_second_is_called_weaker()
    {
        await ApplyAsync(Document);
        var before = await StoredAsync("maya");

        var off = await ApplyAsync("""{ "users": [ { "username": "maya", "disabled": true } ] }""");
        var again = await ApplyAsync("""{ "users": [ { "username": "maya", "disabled": true } ] }""");
        var left = await ApplyAsync(Document);
        var stored = await StoredAsync("maya");
        var on = await ApplyAsync("""{ "users": [ { "username": "maya", "disabled": false } ] }""");

        Assert.That(off.Differences.Select(d => (d.Text, d.Weaker)), Is.EqualTo(new[] { ("disabled: false -> true", (string?)null) }));
        Assert.That((stored.DisabledAt, stored.CredentialGeneration > before.CredentialGeneration), Is.EqualTo(((DateTimeOffset?)Now, true)));
        Assert.That((again.Differences.Count, left.Differences.Count), Is.EqualTo((0, 0)), "What is left out stays.");
        Assert.That(on.Differences.Select(d => (d.Text, d.Weaker)), Is.EqualTo(new[] { ("disabled: true -> false", "maya can sign in again.") }));
        Assert.That((await StoredAsync("maya")).DisabledAt, Is.Null);
    }

    [Test]
    public async Task An_account_that_its_person_froze_is_turned_on_by_no_document()
    {
        await ApplyAsync(Document);
        await Database.SaveAsync(async db =>
        {
            var maya = await db.Users.SingleAsync(u => u.UserName == "maya");
            (maya.DisabledAt, maya.FrozenAt) = (Now, Now);
        });

        Assert.That((await ApplyAsync("""{ "users": [ { "username": "maya", "disabled": false } ] }""")).Differences, Is.Empty);
        Assert.That((await StoredAsync("maya")).FrozenAt, Is.Not.Null);
    }

    [Test]
    public async Task An_account_that_an_admin_turned_off_is_not_turned_on_by_a_start()
    {
        const string On = """{ "users": [ { "username": "maya", "disabled": false } ] }""";
        await ApplyAsync(Document);
        await Get<IdP.Server.Admin.Users.DisableUser>().HandleAsync(new("maya", "left the house"), Actor, Ct);

        Assert.That((await ApplyAsync(On, atStart: true)).Differences, Is.Empty);
        Assert.That((await StoredAsync("maya")).DisabledAt, Is.Not.Null);
        Assert.That((await ApplyAsync(On)).Differences, Has.Count.EqualTo(1), "Who applies it says so.");
    }

    [TestCase("\"disabled\": true")]
    [TestCase("\"roles\": [\"auditor\"]")]
    public async Task No_document_takes_every_owner(string field)
    {
        await ApplyAsync("""{ "users": [ { "username": "olga", "roles": ["owner"] }, { "username": "otto", "roles": ["owner"] } ] }""", atStart: true);

        var both = await ApplyAsync($$"""{ "users": [ { "username": "olga", {{field}} }, { "username": "otto", {{field}} } ] }""");
        var one = await ApplyAsync($$"""{ "users": [ { "username": "olga", {{field}} } ] }""");

        var key = field.Split('"')[1];
        Assert.That(both.Errors.Select(e => e.Path), Is.EqualTo(new[] { $"$.users[0].{key}", $"$.users[1].{key}" }));
        Assert.That((one.Errors.Count, one.Differences.Count), Is.EqualTo((0, 1)));
    }

    [TestCase("\"password\": \"another-password-1\"")]
    [TestCase("\"disabled\": true")]
    public async Task A_dry_run_signs_nobody_out(string field)
    {
        await ApplyAsync(Document);
        var maya = await StoredAsync("maya");
        await Database.SaveAsync(db =>
        {
            db.Sessions.Add(new() { Id = "session", HandleHash = "hash", UserId = maya.Id, Amr = "pwd", ExpiresAt = Now.AddHours(1) });
            return Task.CompletedTask;
        });
        var document = $$"""{ "users": [ { "username": "maya", {{field}} } ] }""";

        var said = await ApplyAsync(document, dryRun: true);

        Assert.That(said.Differences, Has.Count.EqualTo(1));
        await using var db = Database.CreateContext();
        Assert.That((await db.Sessions.AsNoTracking().SingleAsync()).RevokedAt, Is.Null);
        await ApplyAsync(document);
        Assert.That((await db.Sessions.AsNoTracking().SingleAsync()).RevokedAt, Is.Not.Null);
    }

    // Every row that the document could touch, with its times and hashes.
    private async Task<string> StateAsync()
    {
        await using var db = Database.CreateContext();
        return System.Text.Json.JsonSerializer.Serialize(new object[]
        {
            await db.Users.ToListAsync(), await db.Enrollments.ToListAsync(), await db.Clients.ToListAsync(), await db.ClientSecrets.ToListAsync(),
            await db.ResourcePolicies.ToListAsync(), await db.Settings.OrderBy(s => s.Name).ToListAsync(), await db.ChangeVersions.ToListAsync(), await db.AuditEvents.CountAsync(),
        });
    }
}
