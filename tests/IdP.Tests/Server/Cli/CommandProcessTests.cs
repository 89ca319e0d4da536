using System.Diagnostics;
using IdP.Storage;
using IdP.Testing;
using IdP.Verification.SignIn;

namespace IdP.Tests.Server.Cli;

/// <summary>The program as a shell runs it: exit code, standard streams, environment. What the verbs do is in the other tests.</summary>
internal sealed class CommandProcessTests
{
    private TestDatabase database = null!;
    private ServerProcess server = null!;

    [OneTimeSetUp]
    public async Task Open()
    {
        database = await TestDatabase.MigratedAsync(TestDatabaseKind.Sqlite);
        server = new ServerProcess(database);
    }

    [OneTimeTearDown]
    public async Task Close()
    {
        await server.DisposeAsync();
        await database.DisposeAsync();
    }

    [TestCase(0, "users list --json")]
    [TestCase(0, "users --help")]
    [TestCase(1, "users show nobody")]
    [TestCase(2, "nonsense")]
    public async Task The_exit_code_says_how_it_ended_and_each_stream_has_its_own(int expected, string arguments)
    {
        var result = await server.CommandAsync(arguments.Split(' '));

        Assert.That(result.ExitCode, Is.EqualTo(expected), result.Error);
        Assert.That((result.Output.Length > 0, result.Error.Length > 0), Is.EqualTo((expected == 0, expected != 0)), $"{result}");
        Assert.That(result.Error, Does.Not.Contain("   at "));
    }

    [Test]
    public async Task A_broken_configuration_is_named()
    {
        await using var broken = new ServerProcess(database) { Environment = { ["IdP__Issuer"] = "ftp://id.example" } };

        var result = await broken.CommandAsync("users", "list");

        Assert.That((result.ExitCode, result.Output), Is.EqualTo((3, "")), result.Error);
        Assert.That(result.Error, Does.StartWith("IdP:Issuer"));
    }

    [Test]
    public async Task A_password_is_read_from_standard_input_and_hashed_at_full_cost()
    {
        const string given = "quiet-harbour-28-lamp";

        (await server.CommandReadingAsync(given + "\n", "users", "add", "maya", "--password-stdin")).Succeeded();

        await using var open = database.Open();
        var hash = await open.ReadAsync(s => s.FirstAsync("SELECT password_hash FROM users WHERE user_name = 'maya'", row => row.GetString(0)));
        var hasher = new PasswordHasher(new RandomSource(), PasswordHasher.FewestIterations);
        Assert.That((hasher.Verify(given, hash), hasher.IsOutdated(hash!)), Is.EqualTo((true, false)));
    }

    [TestCase("idp us", "users")]
    [TestCase("idp users unl", "unlock")]
    [TestCase("idp users unlock maya --at", "--at-next-sign-in")]
    [TestCase("idp completion b", "bash")]
    [TestCase("idp clients add x --consent e", "explicit")]
    public async Task The_shell_completes_verbs_options_and_values(string line, string expected)
    {
        if (Programs.Find("bash") is not { } bash) { Assert.Ignore("There is no bash."); return; }
        using var folder = new TempFolder();
        var program = folder.File("idp");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec dotnet '{Repository.ServerDll}' \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var here = new ServerInProcess(database);
        var script = (await here.CommandAsync("completion", "bash")).Succeeded();

        // As the shell calls it: what was typed, split into words.
        var words = line.Split(' ');
        var result = await Programs.RunAsync(new ProcessStartInfo(bash, ["-c",
            $"{script}\nCOMP_WORDS=({program} {string.Join(' ', words.Skip(1))}) COMP_CWORD={words.Length - 1} && _idp_complete && printf '%s\\n' \"${{COMPREPLY[@]}}\""]));

        Assert.That((result.Succeeded(), result.Error), Is.EqualTo((expected, "")));
    }
}
