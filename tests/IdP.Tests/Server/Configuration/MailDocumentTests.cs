using IdP.Server.Mail;
using IdP.Testing;

namespace IdP.Tests.Server.Configuration;

/// <summary>Words of mails that stand in a declarative document.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class MailDocumentTests(TestDatabaseKind kind) : AdminFixture(kind)
{
    private const string Document = """
        { "settings": { "reminderDays": [5, 2] },
          "mailTemplates": [ { "kind": "E2", "language": "de", "subject": "Noch {left}", "text": { "fromFile": "e2.txt" } },
                             { "kind": "e1", "language": "FR", "subject": "Bonjour", "text": "[Configurer]({link})" } ] }
        """;

    [Test]
    public async Task A_dry_run_says_what_a_real_one_does_and_a_second_one_changes_nothing()
    {
        var text = "Guten Tag {name},\n\n" + string.Concat(Enumerable.Repeat("bitte richten Sie es ein.\n", 400)) + "\n[Einrichten]({link})";
        await File.WriteAllTextAsync(Path.Combine(Folder, "e2.txt"), text + "\n");
        var tried = await ApplyAsync(Document, dryRun: true);
        Assert.That((await FindAsync("E2", "de"))!.UpdatedAt, Is.Null);

        var applied = await ApplyAsync(Document);
        var before = await CountAuditAsync();
        var again = await ApplyAsync(Document);

        Assert.That(tried.Differences, Is.EqualTo(applied.Differences));
        Assert.That(applied.Differences.Select(d => $"{d.Subject}: {d.Text}"), Is.EqualTo(new[]
        {
            "settings: reminderDays: [3,1] -> [5,2]", "mail E2 (de): subject: {left}, um die Identitätsbestätigung einzurichten -> Noch {left}", "mail E2 (de): text: replaced",
            "mail E1 (fr): subject: (none) -> Bonjour", "mail E1 (fr): text: replaced",
        }));
        Assert.That((again.Differences, await CountAuditAsync()), Is.EqualTo((Array.Empty<object>(), before)));
        Assert.That((await FindAsync("E2", "de"))!.Words, Is.EqualTo(new MailTemplateText("Noch {left}", text)));
    }

    [Test]
    public async Task What_is_left_out_stays_and_an_empty_text_brings_the_shipped_words_back()
    {
        await ApplyAsync("""{ "mailTemplates": [ { "kind": "E2", "language": "de", "subject": "Noch {left}", "text": "[Los]({link})" } ] }""");
        Assert.That((await ApplyAsync("""{ "mailTemplates": [ { "kind": "E2", "language": "de", "subject": "Bald" } ] }""")).Differences.Select(d => d.Text), Is.EqualTo(new[] { "subject: Noch {left} -> Bald" }));
        Assert.That((await FindAsync("E2", "de"))!.Words, Is.EqualTo(new MailTemplateText("Bald", "[Los]({link})")));

        var result = await ApplyAsync("""{ "mailTemplates": [ { "kind": "E2", "language": "de", "subject": "", "text": "" } ] }""");

        Assert.That(result.Differences.Select(d => d.Text), Is.EqualTo(new[] { "the shipped words again" }));
        Assert.That((await FindAsync("E2", "de"))!.UpdatedAt, Is.Null);
    }

    [Test]
    public async Task A_language_that_is_not_shipped_needs_both()
    {
        var result = await ApplyAsync("""{ "mailTemplates": [ { "kind": "E2", "language": "fr", "subject": "Bonjour" } ] }""");

        Assert.That(result.Errors.Single().ToString(), Does.Contain("$.mailTemplates[0]").And.Contain("give subject and text"));
    }

    private Task<MailTemplates.Found?> FindAsync(string mail, string language) => Get<MailTemplates>().GetAsync(MailKinds.Find(mail)!, language, Ct);
}
