using IdP.Testing;

namespace IdP.Tests.Server.Cli;

/// <summary><c>idp mail</c> as it is typed.</summary>
internal sealed class MailCommandTests
{
    [Test]
    public async Task Words_are_shown_and_changed_and_a_test_mail_is_sent()
    {
        await using var sink = new SmtpSink();
        await using var database = await TestDatabase.MigratedAsync(TestDatabaseKind.Sqlite);
        await using var server = new ServerInProcess(database);
        using var folder = new TempFolder();
        Assert.That((await server.CommandAsync("mail", "test", "--to", "ines@larkfield.example")).Error.Trim(), Is.EqualTo("There is no mail server. Set IdP:Mail:Host."));
        foreach (var (key, value) in new[] { ("Host", "127.0.0.1"), ("Port", $"{sink.Port}"), ("UseTls", "false") }) server.Environment["IdP__Mail__" + key] = value;

        Assert.That((await server.CommandAsync("mail", "show", "e2")).Succeeded(), Does.Contain("Placeholders  {name} {organisation} {support} {link} {tell_us} {deadline} {left}")
            .And.Contain("[Set up now]({link})"));
        await File.WriteAllTextAsync(folder.File("test.txt"), "It works, {nmae}.\n");
        var refused = await server.CommandAsync("mail", "set", "Test", "--text-file", folder.File("test.txt"));
        Assert.That((refused.ExitCode, refused.Error.Trim()), Is.EqualTo((1, "Test has no {nmae}. Known are {name}, {organisation}, {support}, {link}, {tell_us}, {when}.")));
        await File.WriteAllTextAsync(folder.File("test.txt"), "It works, {name}.\n");
        (await server.CommandAsync("mail", "set", "Test", "--subject", "Hello", "--text-file", folder.File("test.txt"))).Succeeded();
        Assert.That((await server.CommandAsync("mail", "list")).Succeeded(), Does.Contain("Richten Sie die Identitätsbestätigung bis {date} ein").And.Contain("Hello"));

        Assert.That((await server.CommandAsync("mail", "preview", "test")).Succeeded(), Does.StartWith("Hello\n\nIt works, Maya Okafor.\n\nWe never"));
        var html = (await server.CommandAsync("mail", "preview", "e4", "--language", "de", "--html")).Succeeded();
        Assert.That(html, Does.StartWith("<!doctype html>").And.Contain("Guten Tag Maya Okafor,").And.Contain("/not-me?link=sample").And.Contain("Firefox auf Linux"));
        Assert.That((await server.CommandAsync("mail", "preview", "E4", "--language", "fr")).Error.Trim(), Is.EqualTo("E4 has no words in fr. See: idp mail list"));
        Assert.That((await server.CommandAsync("settings", "set", "reminderDays", "9,2")).Succeeded().Trim(), Is.EqualTo("reminderDays: [3,1] -> [9,2]"));
        Assert.That((await server.CommandAsync("settings", "set", "reminderDays", "soon")).ExitCode, Is.EqualTo(1));
        Assert.That((await server.CommandAsync("settings", "set", "reminderDays", "3,3")).Error, Does.Contain("at most 10 different numbers from 1 to 365"));

        (await server.CommandAsync("mail", "test", "--to", "ines@larkfield.example")).Succeeded();

        Assert.That((sink.Mails.Single().Subject, sink.Mails.Single().Text), Is.EqualTo(("Hello",
            "It works, ines@larkfield.example.\n\nWe never ask for your password or codes by email.\nQuestions? Ask your administrator.\n")));
        sink.Refuses = true;
        Assert.That((await server.CommandAsync("mail", "test", "--to", "ines@larkfield.example")).Error, Does.StartWith("The mail server did not take it: "));
        Assert.That((await server.CommandAsync("mail", "outbox")).Succeeded().Trim(), Is.EqualTo("No mails."));
    }
}
