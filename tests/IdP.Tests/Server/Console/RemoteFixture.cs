using System.Text;
using System.Text.Json;
using IdP.Server.Cli;
using IdP.Testing;

namespace IdP.Tests.Server.Console;

/// <summary>The command line of somebody elsewhere: by its client, and by whoever sends what no client would.</summary>
internal abstract class RemoteFixture() : ConsoleFixture(TestDatabaseKind.Sqlite)
{
    protected sealed record Said(int? ExitCode, string Output, string Error, string File, Exchange Answer)
    {
        public override string ToString() => $"{ExitCode}\n{Output}\n{Error}\n{Answer}";
    }

    /// <summary>Runs the client in this process, which knows no configuration and no database of the server.</summary>
    protected static async Task<ProgramResult> IdpAsync(IReadOnlyDictionary<string, string> variables, string input, params string[] arguments)
    {
        await using StringWriter output = new(), error = new();
        var exitCode = await IdPCommandLine.RunAsync(
            arguments, (_, _) => throw new InvalidOperationException("It serves."), new CommandOutput(output, error, isTerminal: false), new StringReader(input), canAsk: false, variables.GetValueOrDefault);
        return new ProgramResult(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Runs the client on this server.</summary>
    protected async Task<ProgramResult> RemoteAsync(string admin, params string[] arguments) => await RemoteReadingAsync(admin, "", arguments);

    protected async Task<ProgramResult> RemoteReadingAsync(string admin, string input, params string[] arguments) =>
        await IdpAsync(new Dictionary<string, string> { ["IDP_SERVER"] = Server.Issuer.OriginalString, ["IDP_TOKEN"] = await TokenAsync(admin) }, input, arguments);

    /// <summary>Sends a command as it is.</summary>
    protected async Task<Said> SendAsync(string? token, IEnumerable<string> arguments, object? files = null, string? input = null, object? fromEnv = null)
    {
        Dictionary<string, object> body = new() { ["arguments"] = arguments };
        if (files is not null) body["files"] = files;
        if (fromEnv is not null) body["fromEnv"] = fromEnv;
        if (input is not null) body["input"] = input;
        var answer = await ApiWithAsync(token, HttpMethod.Post, "/commands", body);
        if (answer.Header("Content-Type") != "application/x-ndjson") return new Said(null, "", answer.JsonString("detail") ?? "", "", answer);
        var lines = answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.EnumerateObject().Single()).ToList();
        Assert.That(lines.FindIndex(line => line.Name == "exitCode"), Is.EqualTo(lines.Count - 1), answer.Body);
        return new Said(lines[^1].Value.GetInt32(), Of("out"), Of("err"), Of("file"), answer);

        string Of(string kind) => string.Concat(lines.Where(line => line.Name == kind).Select(line => line.Value.GetString()));
    }

    protected static Dictionary<string, byte[]> File(string name, string text) => new() { [name] = Encoding.UTF8.GetBytes(text) };
}
