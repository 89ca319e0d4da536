using FluentValidation;
using IdP.Server.Admin.Mails;
using IdP.Server.Mail;
using IdP.Testing;

namespace IdP.Tests.Server.Mail;

/// <summary>The words of the mails: those that are shipped, and those that an admin writes.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class MailTemplateTests(TestDatabaseKind kind) : MailFixture(kind)
{
    [Test]
    public void Every_mail_is_shipped_in_every_language_with_the_same_placeholders()
    {
        foreach (var mail in MailKinds.All)
        {
            var english = MailTemplates.Shipped(mail, "en")!;
            foreach (var language in MailLanguage.Shipped)
            {
                var words = MailTemplates.Shipped(mail, language);
                Assert.That(words, Is.Not.Null, $"{mail.Name}.{language}.txt");
                Assert.That(words!.Problems(mail), Is.Empty, $"{mail.Name}.{language}.txt");
                Assert.That(Placeholders(words), Is.EquivalentTo(Placeholders(english)), $"{mail.Name}.{language}.txt");
            }
        }
    }

    [Test]
    public async Task An_admins_words_are_sent_until_they_are_taken_back()
    {
        await AddPersonAsync("maya");
        Assert.That(await SetAsync("E1", "en", "Do it, {name}", "Until {deadline}.\n\nFor {apps}.\nBy {admin}.\n\n- one\n- two\n\n[Go]({link})"), Is.EqualTo(SetMailTemplate.Outcome.Changed));
        await RequireAsync("maya", 7);

        var mail = await DeliverOneAsync();

        Assert.That(mail.Subject, Is.EqualTo("Do it, maya"));
        Assert.That(mail.Text, Does.StartWith($"Until Sunday 8 March, 13:00.\n\nFor guarded apps.\n\n- one\n- two\n\nGo:\n{Issuer}/portal/security\n\nWe never"));
        Assert.That(mail.Html, Does.Contain("<ul").And.Contain("<li>one</li><li>two</li>"));

        Assert.That(await Get<ResetMailTemplate>().HandleAsync(new("e1", null, Reason), Actor, Ct), Is.EqualTo(ResetMailTemplate.Outcome.Reset));
        Assert.That((await Get<MailTemplates>().GetAsync(MailKinds.Find("E1")!, "en", Ct))!.UpdatedAt, Is.Null);
    }

    [Test]
    public async Task A_language_that_is_not_shipped_can_be_added()
    {
        await AddPersonAsync("maya", "fr-CH");
        Assert.That(await SetAsync("E1", "fr", "Bonjour", null), Is.EqualTo(SetMailTemplate.Outcome.GiveBoth));
        await SetAsync("E1", "FR", "Bonjour {name}", "[Configurer]({link})");
        await RequireAsync("maya", 7);

        Assert.That((await DeliverOneAsync()).Subject, Is.EqualTo("Bonjour maya"));
    }

    [TestCase("s", "Hello {nmae}", "E2 has no {nmae}. Known are {name}, {organisation}, {support}, {link}, {tell_us}, {deadline}, {left}.")]
    [TestCase("s {code}", "x", "E2 has no {code}.")]
    [TestCase("s", "a { b", "A brace stands alone")]
    [TestCase("s", "[Go](https://evil.example)", "Addresses are not written out")]
    [TestCase("s", "[Go](/portal)", "A link is [words]({link})")]
    [TestCase("s\nBcc: x@evil.example", "x", "no control characters")]
    [TestCase("s", "a\u202Eb", "turn the reading direction")]
    [TestCase("", "x", "The subject must have 1 to 200 characters.")]
    public void A_template_that_would_not_work_is_refused_in_words(string subject, string text, string problem) =>
        Assert.That(async () => await SetAsync("E2", "en", subject, text), Throws.TypeOf<ValidationException>().With.Message.Contains(problem));

    private Task<SetMailTemplate.Outcome> SetAsync(string mail, string language, string? subject, string? text) =>
        Get<SetMailTemplate>().HandleAsync(new(mail, language, subject, text, Reason), Actor, Ct);

    private static IEnumerable<string> Placeholders(MailTemplateText words) =>
        System.Text.RegularExpressions.Regex.Matches(words.Subject + words.Text, @"\{[a-z_]+\}", System.Text.RegularExpressions.RegexOptions.None, Eventually.Patience).Select(m => m.Value).Distinct();
}
