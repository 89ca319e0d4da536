using System.CommandLine;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using IdP.Server.Admin.Access;
using IdP.Server.Configuration;

namespace IdP.Server.Cli.Remote;

/// <summary>Runs a verb on a server elsewhere: sends what was typed and the files that it names, prints what comes back.</summary>
/// <param name="variable">Reads an environment variable.</param>
internal sealed class RemoteClient(CommandOutput output, TextReader input, bool canAsk, Func<string, string?> variable)
{
    private const string TokenVariable = "IDP_TOKEN";
    private const string AuthorityVariable = "IDP_CACERT";
    private const int LargeBytes = 64 * 1024;

    /// <param name="server">Its address, as it was given.</param>
    /// <param name="parsed">What was typed, understood.</param>
    /// <param name="typed">What was typed.</param>
    public async Task<int> RunAsync(string server, ParseResult parsed, IReadOnlyList<string> typed, CancellationToken ct)
    {
        if (parsed.CommandResult.Command is not Verb { Needs: not null } verb) return output.Fail($"{CommandTree.OnHost(parsed.CommandResult.Command)} --server \"\" is this host.");
        if (RemoteAddress.Read(server, out var problem) is not { } address) return output.Fail(problem!, ExitCode.Usage);
        if (variable(TokenVariable)?.Trim() is not { Length: > 0 } token)
            return output.Fail($"There is no API token for {server}. Put one into the environment variable {TokenVariable}; an admin makes one in the console.", ExitCode.Configuration);
        if (!token.StartsWith(ApiCallers.Prefix, StringComparison.Ordinal) || !token.All(char.IsAscii) || token.Any(char.IsControl) || token.Contains(' ', StringComparison.Ordinal))
            return output.Fail($"{TokenVariable} holds no API token: one begins with {ApiCallers.Prefix}.", ExitCode.Configuration);
        var (run, exitCode) = await ReadAsync(verb, parsed, typed, ct);
        if (run is null) return exitCode;

        try
        {
            using var http = Client(address);
            using var request = Request(address, token, run);
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            return await new RemoteAnswer(output, server, Written(verb, parsed)).ReadAsync(answer, ct);
        }
        catch (Exception unusable) when (unusable is CryptographicException or UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException)
        {
            return output.Fail($"{AuthorityVariable} names no file with certificates: {unusable.Message}", ExitCode.Configuration);
        }
        catch (HttpRequestException untrusted) when (untrusted.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            return output.Fail($"{server} could not prove who it is, so nothing was sent: {(untrusted.InnerException ?? untrusted).Message} A CA of your own is named by {AuthorityVariable}.", ExitCode.Configuration);
        }
        catch (HttpRequestException unreachable)
        {
            return output.Fail($"{server} cannot be reached: {unreachable.Message}", ExitCode.Configuration);
        }
    }

    /// <summary>What is sent; null with an exit code when that cannot be, which was said.</summary>
    private async Task<(Dictionary<string, object>? Run, int ExitCode)> ReadAsync(Verb verb, ParseResult parsed, IReadOnlyList<string> typed, CancellationToken ct)
    {
        if (Written(verb, parsed) is (var target, false) && File.Exists(target)) return (null, output.Fail($"{target} cannot be written: the file is there already."));
        Dictionary<string, byte[]> files = [];
        foreach (var file in verb.Arguments.Cast<Symbol>().Concat(verb.Options).OfType<INamesFile>())
        {
            if (file.Typed(parsed) is not { Length: > 0 } path || files.ContainsKey(path)) continue;
            var (bytes, problem) = await HostFiles.One.ReadAsync(path, file, ct);
            if (bytes is not { } read) return (null, output.Fail(problem!));
            files[path] = read.ToArray();
        }

        Dictionary<string, object> run = new() { ["arguments"] = typed };
        if (verb.Arguments.OfType<DocumentArgument>().FirstOrDefault()?.Typed(parsed) is { Length: > 0 } document && !ReadSecrets(document, files[document], run)) return (null, ExitCode.Refused);
        if (files.Count > 0) run["files"] = files;
        if (output.Width is { } width) run["width"] = width;
        if (verb.Options.OfType<StdinFlag>().FirstOrDefault() is { } stdin)
        {
            if (parsed.GetValue(stdin))
            {
                run["input"] = await input.ReadToEndAsync(ct);
            }
            else if (canAsk && stdin.Asks(parsed))
            {
                if (await Call.AskPasswordAsync(output, ct) is not { } answer) return (null, ExitCode.Usage);
                // What was answered here is read there.
                var operands = typed.ToList().IndexOf("--");
                run["arguments"] = operands < 0 ? [.. typed, stdin.Name] : (string[])[.. typed.Take(operands), stdin.Name, .. typed.Skip(operands)];
                run["input"] = answer;
            }
        }

        return (run, ExitCode.Done);
    }

    // What a document names is read here, by the reader that reads it there: no text that only looks like a reference is opened.
    private bool ReadSecrets(string path, byte[] document, Dictionary<string, object> run)
    {
        var secrets = HostFiles.SecretsBeside(path, variable);
        var (_, errors) = ApplyDocument.Read(document, folder: "", secrets: secrets);
        if (secrets.Misses)
        {
            ApplyCommand.Refuse(output, errors);
            return false;
        }

        // What else is wrong with it the server says.
        if (secrets.Variables.Count > 0) run["fromEnv"] = secrets.Variables;
        if (secrets.Files.Count > 0) run["fromFile"] = secrets.Files;
        return true;
    }

    private static (string Path, bool Overwrites)? Written(Verb verb, ParseResult parsed) =>
        verb.Options.OfType<OutFileOption>().FirstOrDefault() is { } option && parsed.GetValue(option) is { } path ? (path, option.Overwrites) : null;

    private HttpClient Client(Uri address)
    {
        // A redirect would take the token where nobody meant it to go.
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(15), Expect100ContinueTimeout = TimeSpan.FromSeconds(10),
            // Through a proxy what is not encrypted would leave this machine.
            UseProxy = address.Scheme == Uri.UriSchemeHttps,
        };
        if (variable(AuthorityVariable) is { Length: > 0 } path)
        {
            var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            trust.CustomTrustStore.ImportFromPemFile(path);
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust };
        }

        // An import takes as long as it takes.
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private static HttpRequestMessage Request(Uri address, string token, Dictionary<string, object> run)
    {
        var body = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(run));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = body };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(CommandAnswer.ContentType));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/problem+json"));
        // What is large is sent to a server that has said it takes it.
        request.Headers.ExpectContinue = body.Headers.ContentLength > LargeBytes;
        return request;
    }
}
