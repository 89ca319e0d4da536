using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace IdP.Testing;

/// <summary>A mail as it came over the wire, decoded.</summary>
/// <param name="Raw">Header and body, undecoded.</param>
/// <param name="Headers">Unfolded lines before the first empty one.</param>
public sealed record CaughtMail(string From, string To, string Subject, string Text, string Html, IReadOnlyList<string> Headers, string Raw);

/// <summary>A mail server on a port of this machine that keeps what it gets. It speaks no TLS.</summary>
public sealed partial class SmtpSink : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentQueue<CaughtMail> mails = new();
    private readonly Task accepting;
    private int connections;

    public SmtpSink()
    {
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Answers "try later" to every mail.</summary>
    public bool Refuses { get; set; }

    /// <summary>Takes connections and says nothing, as a server that hangs.</summary>
    public bool IsSilent { get; set; }

    public int Connections => connections;

    public IReadOnlyList<CaughtMail> Mails => [.. mails];

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> talks = [];
        try
        {
            while (true) talks.Add(TalkAsync(await listener.AcceptTcpClientAsync(stopping.Token)));
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(talks);
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        Interlocked.Increment(ref connections);
        try
        {
            using var open = client;
            if (IsSilent) await Task.Delay(Timeout.Infinite, stopping.Token);
            using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
            await using var writer = new StreamWriter(client.GetStream(), Encoding.Latin1) { NewLine = "\r\n", AutoFlush = true };
            await writer.WriteLineAsync("220 sink".AsMemory(), stopping.Token);
            var (from, to) = ("", "");
            while (await reader.ReadLineAsync(stopping.Token) is { } line)
            {
                var answer = "250 OK";
                if (line.StartsWith("MAIL FROM:", StringComparison.OrdinalIgnoreCase)) (from, answer) = (line["MAIL FROM:".Length..], Refuses ? "451 Later" : answer);
                else if (line.StartsWith("RCPT TO:", StringComparison.OrdinalIgnoreCase)) to = line["RCPT TO:".Length..].Trim('<', '>', ' ');
                else if (line.Equals("QUIT", StringComparison.OrdinalIgnoreCase)) answer = "221 Bye";
                else if (line.Equals("DATA", StringComparison.OrdinalIgnoreCase))
                {
                    await writer.WriteLineAsync("354 Go on".AsMemory(), stopping.Token);
                    mails.Enqueue(Read(from, to, await BodyAsync(reader)));
                }

                await writer.WriteLineAsync(answer.AsMemory(), stopping.Token);
                if (answer.StartsWith("221", StringComparison.Ordinal)) return;
            }
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException)
        {
            // The other side went away, or the test is over.
        }
    }

    private async Task<string> BodyAsync(StreamReader reader)
    {
        var raw = new StringBuilder();
        while (await reader.ReadLineAsync(stopping.Token) is { } line && line != ".") raw.Append(line.StartsWith('.') ? line[1..] : line).Append('\n');
        return raw.ToString();
    }

    private static CaughtMail Read(string from, string to, string raw)
    {
        var (headers, body) = Part(raw);
        var boundary = Boundary().Match(Header(headers, "Content-Type")).Groups["boundary"].Value;
        var parts = body.Split("--" + boundary).Skip(1).Where(part => !part.StartsWith("--", StringComparison.Ordinal)).Select(part => Part(part.TrimStart('\n'))).ToList();
        string Content(string type) => parts.Where(p => Header(p.Headers, "Content-Type").StartsWith(type, StringComparison.OrdinalIgnoreCase))
            .Select(p => Decode(Header(p.Headers, "Content-Transfer-Encoding"), p.Body)).Single().ReplaceLineEndings("\n");
        return new CaughtMail(from, to, Word(Header(headers, "Subject")), Content("text/plain"), Content("text/html"), headers, raw);
    }

    private static (IReadOnlyList<string> Headers, string Body) Part(string raw)
    {
        var halves = raw.Split("\n\n", 2);
        return (halves[0].Replace("\n ", " ", StringComparison.Ordinal).Replace("\n\t", " ", StringComparison.Ordinal).Split('\n'), halves.Length > 1 ? halves[1] : "");
    }

    private static string Header(IReadOnlyList<string> headers, string name) =>
        headers.FirstOrDefault(h => h.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim() ?? "";

    private static string Decode(string encoding, string body) => encoding.ToLowerInvariant() switch
    {
        "base64" => Encoding.UTF8.GetString(Convert.FromBase64String(body)),
        "quoted-printable" => Quoted(body.Replace("=\n", "", StringComparison.Ordinal)),
        _ => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(body)),
    };

    private static string Quoted(string text)
    {
        List<byte> bytes = [];
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '=' && i + 2 < text.Length) bytes.Add(Convert.ToByte(text.Substring((i += 2) - 1, 2), 16));
            else bytes.Add((byte)text[i]);
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    // RFC 2047: words that follow each other have no space between them.
    private static string Word(string header) => EncodedWord().Replace(Between().Replace(header, "?==?"), word => word.Groups["how"].Value is "B" or "b"
        ? Encoding.UTF8.GetString(Convert.FromBase64String(word.Groups["text"].Value))
        : Quoted(word.Groups["text"].Value.Replace('_', ' ')));

    [GeneratedRegex("""boundary="?(?<boundary>[^";\s]+)""", RegexOptions.ExplicitCapture, 500)]
    private static partial Regex Boundary();

    [GeneratedRegex(@"=\?utf-8\?(?<how>[BbQq])\?(?<text>[^?]*)\?=", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 500)]
    private static partial Regex EncodedWord();

    [GeneratedRegex(@"\?=\s+=\?", RegexOptions.ExplicitCapture, 500)]
    private static partial Regex Between();
}
