using IdP.Server.Admin.Settings;
using IdP.Server.Admin.Users;
using IdP.Server.Mail;
using IdP.Storage.Audit;
using IdP.Storage.Outbox;
using IdP.Testing;
using IdP.Verification.Enrollments;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Server.Mail;

/// <summary>No mail is left out: each is sent because of what it tells about, and each is read as it arrives, in both languages.</summary>
internal sealed class EveryMailTests() : MailFixture(TestDatabaseKind.Sqlite)
{
    private const string Hostile = "<b>Maya</b> & \"Co\" <a href='https://evil.example/x'>here</a> {link} [go](https://evil.example)";

    [TestCase("en", "Hello ", "We never ask for your password or codes by email.", "Questions? Ask Help & <i>Desk</i>.")]
    [TestCase("de", "Guten Tag ", "Wir fragen nie per E-Mail nach Ihrem Passwort oder nach Codes.", "Fragen? Wenden Sie sich an Help & <i>Desk</i>.")]
    public async Task Each_arrives_in_both_forms_with_names_that_are_only_text(string language, string greeting, string never, string questions)
    {
        await Get<SetSettings>().HandleAsync(new(new() { ["supportContact"] = "Help & <i>Desk</i>" }, Reason), Actor, Ct);
        var person = new Person { Id = "", UserName = "maya", DisplayName = Hostile, Email = "maya@larkfield.example", Locale = language, State = new() { Enrollment = new IdP.Verification.Decisions.EnrollmentState.NotRequired() } };
        List<OutboxMessage> written = [];
        foreach (var mail in MailKinds.All)
        {
            var facts = MailSamples.Of(mail, Now).ToDictionary(fact => fact.Key, fact => fact.Value is string or AppNames ? fact.Key is "apps" ? new AppNames([Hostile], true) : Hostile : fact.Value);
            written.Add(await Get<MailWriter>().WriteAsync(mail.Name, person, facts, Ct, "a-handle"));
        }

        await Database.WriteAsync(async s =>
        {
            foreach (var message in written) await s.AddMailAsync(message);
            return true;
        });

        var arrived = await DeliverAsync();

        Assert.That(arrived.Select(mail => mail.Subject), Is.EquivalentTo(written.Select(message => message.Subject)));
        Assert.That(arrived, Has.Count.EqualTo(MailKinds.All.Count));
        var other = MailKinds.All.Select(mail => MailTemplates.Shipped(mail, language == "en" ? "de" : "en")!)
            .SelectMany(words => words.Text.Split('\n')).Where(line => line.Length > 12 && !line.Contains('{', StringComparison.Ordinal)).Distinct().ToList();
        foreach (var mail in arrived)
        {
            // The mail on a test, and the digest, greet nobody by name.
            Assert.That(mail.Text, Does.Contain(never).And.Contain(questions), mail.Subject);
            if (mail.Text.Contains("evil", StringComparison.Ordinal) && mail.Text.StartsWith(greeting[..5], StringComparison.Ordinal)) Assert.That(mail.Text, Does.StartWith(greeting + "<b>Maya</b> & "));
            Assert.That(mail.Html, Does.Contain($"<html lang=\"{language}\">").And.Not.Contain("<b>").And.Not.Contain("<i>").And.Not.Contain("<a href='").And.Not.Contain("href=\"https://evil"), mail.Subject);
            Assert.That(mail.Text + mail.Html, Does.Not.Contain("https://evil"), mail.Subject);
            Assert.That(other.Where(line => mail.Text.Contains(line, StringComparison.Ordinal)), Is.Empty, mail.Subject);
        }
    }

    [TestCase("en")]
    [TestCase("de")]
    public async Task Each_is_sent_because_of_what_it_tells_about(string language)
    {
        foreach (var name in new[] { "ines", "maya", "kim", "lee", "noor", "omar", "pia" }) await AddPersonAsync(name, language, null, name == "ines" ? ["owner"] : []);
        await Get<WeeklyDigest>().RunOnceAsync(Ct);

        // E1, E2, E7-extended, E6, E7-next, E4, E5, E7-lifted
        await RequireAsync("maya", 7);
        await DeliverAsync();
        Clock.Advance(TimeSpan.FromDays(5));
        await Get<Reminders>().RunOnceAsync(Ct);
        await Get<ExtendPeriod>().HandleAsync(new("maya", 3, Reason), Actor, Ct);
        await DeliverAsync();
        Clock.Advance(TimeSpan.FromDays(4));
        await Get<EnrollmentPeriods>().SweepAsync();
        await DeliverAsync();
        await Get<UnlockUser>().HandleAsync(new("maya", null, AtNextSignIn: true, Reason), Actor, Ct);
        await DeliverAsync();
        await EnrollAsync("maya");
        await HappenAsync("maya", AuditEvents.EnrollmentCompleted);
        await DeliverAsync();
        await Get<ResetVerification>().HandleAsync(new("maya", 5, Compromised: false, Reason), Actor, Ct);
        await DeliverAsync();
        await Get<LiftRequirement>().HandleAsync(new("maya", Reason), Actor, Ct);
        await DeliverAsync();

        // E7: unlocked while a period runs. E6-attempts before it.
        await RequireAsync("kim", 30);
        await LockAttemptsAsync("kim", "verification");
        await HappenAsync("kim", AuditEvents.VerificationLocked, "LK-1");
        await DeliverAsync();
        await Get<UnlockUser>().HandleAsync(new("kim", null, AtNextSignIn: false, Reason), Actor, Ct);
        await DeliverAsync();

        // E5-next, and what people do with their own proofs: E4-…, E5-removed, E8 with many left and with few.
        await EnrollAsync("lee");
        await HappenAsync("lee", AuditEvents.RecoveryCodeUsed);
        await Database.SaveAsync(async db =>
        {
            var noor = await db.Users.SingleAsync(user => user.UserName == "noor");
            for (var i = 0; i < 9; i++) db.RecoveryCodes.Add(new() { Hash = $"noor-{i}", UserId = noor.Id, CreatedAt = Now });
        });
        foreach (var what in new[] { AuditEvents.RecoveryCodeUsed, AuditEvents.AuthenticatorReplaced, AuditEvents.AuthenticatorAdded, AuditEvents.AuthenticatorRemoved, AuditEvents.RecoveryCodesMade }) await HappenAsync("noor", what);
        await DeliverAsync();
        await Get<ResetVerification>().HandleAsync(new("lee", null, Compromised: false, Reason), Actor, Ct);
        await DeliverAsync();

        // E3 and E3-active: the portal asks everybody from now on.
        await EnrollAsync("pia");
        await Get<SetSettings>().HandleAsync(new(new() { ["portalIdentityVerification"] = "notRequired" }, Reason), Actor, Ct);
        await DeliverAsync();
        await Database.WriteAsync(s => s.ExecuteAsync("UPDATE users SET last_sign_in_at = @p0 WHERE user_name IN ('omar', 'pia')", Now));
        await Get<SetSettings>().HandleAsync(new(new() { ["enrollmentDays"] = 14, ["portalIdentityVerification"] = "required" }, Reason), Actor, Ct);
        await DeliverAsync();

        // The digest, each Monday; codes and links, at once; a test.
        Clock.Advance(TimeSpan.FromDays(7));
        await Get<WeeklyDigest>().RunOnceAsync(Ct);
        var omar = (await Get<People>().FindAsync((await StoredAsync("omar")).Id))!;
        await Get<CodeMails>().SendEnrollmentCodeAsync(omar, "493817", Ct);
        await Get<CodeMails>().SendPasswordLinkAsync(omar, "a-handle", Now.AddMinutes(30), Ct);
        await DeliverAsync();
        Assert.That(await Get<IdP.Server.Admin.Mails.SendTestMail>().HandleAsync("omar@larkfield.example", language, Actor, Ct), Is.TypeOf<IdP.Server.Admin.Mails.SendTestMail.Outcome.Sent>());

        var outbox = await OutboxAsync();
        Assert.That(outbox.Where(mail => mail.State != OutboxState.Sent).Select(mail => mail.Kind), Is.Empty);
        Assert.That(outbox.Select(mail => mail.Kind).Append("Test").Distinct(), Is.EquivalentTo(MailKinds.All.Select(mail => mail.Name)));
        // A code left the outbox when it was sent; the sink has it.
        Assert.That(Sink.Mails, Has.Count.EqualTo(outbox.Count + 1));
        Assert.That(Sink.Mails.Select(mail => mail.Html), Has.All.Contains($"<html lang=\"{language}\">"));
    }
}
