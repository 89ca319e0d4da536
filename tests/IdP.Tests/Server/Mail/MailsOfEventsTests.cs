using IdP.Server.Admin.Clients;
using IdP.Server.Admin.Settings;
using IdP.Server.Admin.Users;
using IdP.Server.Mail;
using IdP.Storage.Audit;
using IdP.Storage.Clients;
using IdP.Storage.Grants;
using IdP.Testing;
using IdP.Verification.Enrollments;

namespace IdP.Tests.Server.Mail;

/// <summary>Which mail follows what, and what it says.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class MailsOfEventsTests(TestDatabaseKind kind) : MailFixture(kind)
{
    [Test]
    public async Task Whom_an_admin_requires_is_told_the_deadline_the_days_and_the_apps()
    {
        await GuardAsync("payroll", "Payroll", VerificationMode.Required);
        await AddPersonAsync("maya", displayName: "Maya Okafor");
        await RequireAsync("maya", 7);

        var mail = await DeliverOneAsync();

        Assert.That(mail.To, Is.EqualTo("maya@larkfield.example"));
        // The test's clock stands at noon UTC on Sunday 1 March, which is 13:00 in Vienna.
        Assert.That(mail.Subject, Is.EqualTo("Set up identity verification by Sunday 8 March"));
        Assert.That(mail.Text, Does.StartWith("Hello Maya Okafor,").And.Contain("Larkfield asks you").And.Contain("For Payroll you then need a 6-digit code")
            .And.Contain("by Sunday 8 March, 13:00 (7 days left)").And.Contain($"Set up now:\n{Issuer}/portal/security\n")
            .And.EndWith("We never ask for your password or codes by email.\nQuestions? Ask your administrator.\n"));
        Assert.That(mail.Text, Does.Not.Contain("asked for by"), "a line without its fact is left out");
        Assert.That(mail.Headers, Has.Some.StartsWith("Auto-Submitted: auto-generated"));
    }

    [TestCase(AuditEvents.EnrollmentCompleted, "Identity verification is active", "Firefox on Linux", "192.0.2.7", "/not-me?link=")]
    [TestCase(AuditEvents.AuthenticatorReplaced, "Your authenticator app was replaced", "Firefox on Linux", "no longer work", "/not-me?link=")]
    [TestCase(AuditEvents.AuthenticatorRemoved, "A way to verify your identity was removed", "Authenticator app", "192.0.2.7", "/not-me?link=")]
    [TestCase(AuditEvents.RecoveryCodesMade, "You have new recovery codes", "Firefox on Linux", "Sunday 1 March, 13:00", "/not-me?link=")]
    [TestCase(AuditEvents.EnrollmentExpired, "Your account is locked", "Reference: LK-1", "ask your administrator", "/help/contact")]
    [TestCase(AuditEvents.VerificationLocked, "Your account is locked", "5 wrong codes", "Reference: LK-1", "192.0.2.7")]
    [TestCase(AuditEvents.RecoveryCodeUsed, "A recovery code was used, and few are left", "Recovery codes left: 0.", "Firefox on Linux", "/portal/security/recovery-codes")]
    [TestCase(AuditEvents.EnrollmentRequirementLifted, "Identity verification is no longer required of you", "stays active", "administrator", "/portal/security")]
    public async Task What_happened_to_a_person_is_mailed_to_them(string what, string subject, string first, string second, string third)
    {
        await AddPersonAsync("maya");
        if (what == AuditEvents.VerificationLocked) await LockAttemptsAsync("maya", "verification");
        await HappenAsync("maya", what, "LK-1");

        var mail = await DeliverOneAsync();

        Assert.That(mail.Subject, Is.EqualTo(subject));
        Assert.That(mail.Text, Does.Contain(first).And.Contain(second).And.Contain(third));
    }

    [TestCase(AuditEvents.PasskeyAdded, "en", "A new way to verify your identity was added", "It was added on Sunday 1 March, 13:00: Key ring.", "What you had before stays active.")]
    [TestCase(AuditEvents.AuthenticatorAdded, "en", "A new way to verify your identity was added", ": Key ring.", "192.0.2.7")]
    [TestCase(AuditEvents.PasskeyRemoved, "en", "A way to verify your identity was removed", "It was removed on Sunday 1 March, 13:00: Key ring.", "It no longer works.")]
    [TestCase(AuditEvents.PasskeyAdded, "de", "Ein neuer Weg der Identitätsbestätigung wurde hinzugefügt", "Er wurde am Sonntag, 1. März, 13:00 Uhr hinzugefügt: Key ring.", "Was Sie vorher hatten, bleibt aktiv.")]
    [TestCase(AuditEvents.AuthenticatorAdded, "de", "Ein neuer Weg der Identitätsbestätigung wurde hinzugefügt", ": Key ring.", "192.0.2.7")]
    [TestCase(AuditEvents.PasskeyRemoved, "de", "Ein Weg der Identitätsbestätigung wurde entfernt", "Er wurde am Sonntag, 1. März, 13:00 Uhr entfernt: Key ring.", "Er gilt nicht mehr.")]
    [TestCase(AuditEvents.AuthenticatorRemoved, "de", "Ein Weg der Identitätsbestätigung wurde entfernt", ": Key ring.", "Er gilt nicht mehr.")]
    public async Task A_further_way_and_one_that_goes_are_mailed_by_name(string what, string locale, string subject, string first, string second)
    {
        await AddPersonAsync("maya", locale);
        await HappenAsync("maya", what, reason: "Key ring");

        var mail = await DeliverOneAsync();

        Assert.That(mail.Subject, Is.EqualTo(subject));
        Assert.That(mail.Text, Does.Contain(first).And.Contain(second).And.Contain("Firefox").And.Contain("/not-me?link=").And.Contain("/portal/security"));
    }

    [Test]
    public async Task The_mails_of_admin_acts_say_who_did_it_and_the_new_deadline()
    {
        await AddPersonAsync("ines", displayName: "Ines Duarte");
        await AddPersonAsync("maya");
        var ines = new IdP.Server.Admin.Actor("user:" + (await StoredAsync("ines")).Id);
        await Get<RequireVerification>().HandleAsync(new("maya", 3, Reason), ines, Ct);
        Assert.That((await DeliverOneAsync()).Text, Does.Contain("This was asked for by Ines Duarte."));

        await Get<ExtendPeriod>().HandleAsync(new("maya", 10, Reason), ines, Ct);
        Assert.That((await DeliverOneAsync()).Text, Does.Contain("until Wednesday 11 March, 13:00 (10 days left). It was done by Ines Duarte."));

        await EnrollAsync("maya");
        await Get<ResetVerification>().HandleAsync(new("maya", 5, Compromised: false, Reason), ines, Ct);
        var reset = await DeliverOneAsync();
        Assert.That((reset.Subject, reset.Text.Contains("Friday 6 March, 13:00 (5 days left)", StringComparison.Ordinal)), Is.EqualTo(("Identity verification was reset", true)));

        Clock.Advance(TimeSpan.FromDays(6));
        await Get<EnrollmentPeriods>().SweepAsync();
        Assert.That((await DeliverOneAsync()).Text, Does.Contain("ended on").And.Contain("Reference: LK-"));
        await Get<UnlockUser>().HandleAsync(new("maya", null, AtNextSignIn: true, Reason), ines, Ct);
        Assert.That((await DeliverOneAsync()).Text, Does.Contain("Set up identity verification at your next sign-in."));
    }

    [Test]
    public async Task An_application_that_begins_to_ask_is_told_in_one_mail_to_those_who_use_it()
    {
        foreach (var name in new[] { "user", "enrolled", "stranger" }) await AddPersonAsync(name);
        await EnrollAsync("enrolled");
        foreach (var client in new[] { "wiki", "payroll" })
        {
            await GuardAsync(client, client, VerificationMode.NotRequired);
            await AllowAsync("user", client);
            await AllowAsync("enrolled", client);
        }

        await DeliverAsync();
        foreach (var client in new[] { "wiki", "payroll" }) await GuardAsync(client, client, VerificationMode.Required);

        var mails = (await DeliverAsync()).ToDictionary(m => m.To.Split('@')[0]);

        Assert.That(mails.Keys, Is.EquivalentTo(new[] { "user", "enrolled" }));
        Assert.That(mails["user"].Text, Does.Contain("needed for payroll and wiki. You still need to set it up."));
        Assert.That(mails["enrolled"].Text, Does.Contain("You do not need to do anything"));
        await GuardAsync("wiki", "wiki", VerificationMode.Always);
        Assert.That(await DeliverAsync(), Is.Empty, "who was asked before hears nothing new");
    }

    [Test]
    public async Task The_rules_for_groups_decide_who_hears_that_an_application_asks()
    {
        foreach (var name in new[] { "plain", "spared", "asked" }) await AddPersonAsync(name);
        await Database.WriteAsync(s => s.ExecuteAsync("UPDATE users SET groups = @p0 WHERE user_name = 'spared'", """["sales"]"""));
        await Database.WriteAsync(s => s.ExecuteAsync("UPDATE users SET groups = @p0 WHERE user_name = 'asked'", """["finance"]"""));
        await GuardAsync("wiki", "wiki", VerificationMode.NotRequired);
        foreach (var name in new[] { "plain", "spared", "asked" }) await AllowAsync(name, "wiki");
        await Get<IdP.Storage.Changes.Catalog>().ChangeAsync(async db =>
        {
            (await Microsoft.EntityFrameworkCore.EntityFrameworkQueryableExtensions.SingleAsync(db.ResourcePolicies, policy => policy.ResourceId == "wiki")).Rules =
                [new("sales", VerificationMode.NotRequired), new("finance", VerificationMode.Always)];
            return true;
        }, Ct);
        await DeliverAsync();

        await GuardAsync("wiki", "wiki", VerificationMode.Required);

        Assert.That((await DeliverOneAsync()).To, Does.StartWith("plain@"), "the others are asked, or not, as before");
    }

    [Test]
    public async Task That_the_portal_asks_is_told_to_whoever_uses_it_together_with_the_applications()
    {
        foreach (var name in new[] { "user", "enrolled", "stranger" }) await AddPersonAsync(name);
        await EnrollAsync("enrolled");
        await Database.WriteAsync(s => s.ExecuteAsync("UPDATE users SET last_sign_in_at = @p0 WHERE user_name <> 'stranger'", Now));
        await GuardAsync("wiki", "wiki", VerificationMode.NotRequired);
        await AllowAsync("user", "wiki");
        await DeliverAsync();

        await GuardAsync("wiki", "wiki", VerificationMode.Required);
        await Get<SetSettings>().HandleAsync(new(new() { ["portalIdentityVerification"] = "required" }, "portalIdentityVerification: always -> required"), Actor, Ct);

        // Who was enrolled was asked by the portal before.
        var mail = await DeliverOneAsync();
        Assert.That(mail.To, Does.StartWith("user@"));
        Assert.That(mail.Text, Does.Contain("is needed for wiki and the portal. You still need to set it up."));

        await Get<SetSettings>().HandleAsync(new(new() { ["portalIdentityVerification"] = "always" }, Reason), Actor, Ct);
        Assert.That(await DeliverAsync(), Is.Empty);
    }

    [TestCase("de", "Richten Sie die Identitätsbestätigung bis Sonntag, 8. März ein", "Guten Tag maya,")]
    [TestCase("de-AT", "Richten Sie die Identitätsbestätigung bis Sonntag, 8. März ein", "(noch 7 Tage)")]
    [TestCase("fr", "Set up identity verification by Sunday 8 March", "Hello maya,")]
    public async Task A_mail_is_in_the_language_of_the_person(string locale, string subject, string words)
    {
        await AddPersonAsync("maya", locale);
        await RequireAsync("maya", 7);

        var mail = await DeliverOneAsync();

        Assert.That(mail.Subject, Is.EqualTo(subject));
        Assert.That(mail.Text, Does.Contain(words));
    }

    [Test]
    public async Task A_display_name_steers_no_mail_program()
    {
        await AddPersonAsync("maya");
        await Database.WriteAsync(s => s.ExecuteAsync(
            "UPDATE users SET display_name = @p0", "May\u202Ea\r\nBcc: thief@evil.example\r\n<script>x</script> [log in](https://evil.example) {link}"));
        await RequireAsync("maya", 7);

        var mail = await DeliverOneAsync();

        Assert.That(mail.Text.Split('\n')[0], Is.EqualTo("Hello Maya  Bcc: thief@evil.example  <script>x</script> [log in](https evil.example) {link},"));
        Assert.That(mail.Headers, Has.None.StartsWith("Bcc"));
        Assert.That(mail.Html, Does.Contain("&lt;script&gt;").And.Not.Contain("href=\"https://evil"));
    }

    private async Task GuardAsync(string id, string name, VerificationMode mode)
    {
        var patch = new ClientPatch { DisplayName = name, IdentityVerification = mode };
        if (await Get<SetClient>().HandleAsync(new(id, patch, Reason), Actor, Ct) is not SetClient.Outcome.NoSuchClient) return;
        await Get<AddClient>().HandleAsync(new(id, patch with { Type = ClientType.Public, RedirectUris = ["https://app.example/callback"] }, null, Reason), Actor, Ct);
    }

    private async Task AllowAsync(string person, string client)
    {
        var user = await StoredAsync(person);
        await Database.SaveAsync(db =>
        {
            db.Authorizations.Add(new Authorization
            {
                Id = person + client, UserId = user.Id, ClientId = client, Scope = "openid", Acr = "pwd", Amr = "pwd", AuthTime = Now, CreatedAt = Now,
            });
            return Task.CompletedTask;
        });
    }
}
