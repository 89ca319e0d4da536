using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace IdP.Server.Cli.Remote;

/// <summary>
/// What a verb says, on its way to whoever called it from elsewhere: lines of JSON in the order in which it was said,
/// <c>{"out":…}</c>, <c>{"err":…}</c> and <c>{"file":…}</c>, and as the last one <c>{"exitCode":0}</c>. Whoever reads steps over others.
/// </summary>
internal sealed class CommandAnswer(HttpResponse response, TimeProvider clock, CancellationToken ct) : IDisposable
{
    public const string ContentType = "application/x-ndjson";

    private const int Most = 16 * 1024;

    // Proxies cut what is silent for a minute, and some verbs work for longer.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(20);

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<(string Kind, StringBuilder Text)> said = [];
    private readonly SemaphoreSlim line = new(1);
    private int waiting;

    /// <summary>A writer of one kind: <c>out</c>, <c>err</c> or <c>file</c>.</summary>
    public TextWriter Writer(string kind) => new Part(this, kind);

    /// <summary>Waits for a verb, and meanwhile sends an empty line of JSON, <c>{}</c>, now and then: it still works.</summary>
    public async Task<int> WaitAsync(Task<int> verb)
    {
        using var timer = new PeriodicTimer(Silence, clock);
        var silence = timer.WaitForNextTickAsync(ct).AsTask();
        while (await Task.WhenAny(verb, silence) != verb && silence.IsCompletedSuccessfully)
        {
            try
            {
                await LineAsync(static _ => { });
            }
            catch (Exception) when (ct.IsCancellationRequested)
            {
                // Nobody is there any more; the verb knows by the same token.
                break;
            }

            silence = timer.WaitForNextTickAsync(ct).AsTask();
        }

        return await verb;
    }

    /// <summary>The last line.</summary>
    public async Task EndAsync(int exitCode)
    {
        await SendAsync();
        await LineAsync(json => json.WriteNumber("exitCode", exitCode));
    }

    public void Dispose() => line.Dispose();

    private void Add(string kind, ReadOnlySpan<char> text)
    {
        if (said.Count == 0 || said[^1].Kind != kind) said.Add((kind, new StringBuilder()));
        said[^1].Text.Append(text);
        waiting += text.Length;
    }

    private async Task SendAsync()
    {
        foreach (var (kind, text) in said)
        {
            var whole = text.ToString();
            for (var (from, to) = (0, 0); from < whole.Length || whole.Length == 0; from = to)
            {
                to = Math.Min(from + Most, whole.Length);
                // A character of two halves stays whole.
                if (to < whole.Length && char.IsHighSurrogate(whole[to - 1])) to--;
                var utf8 = Encoding.UTF8.GetBytes(whole[from..to]);
                await LineAsync(json => json.WriteString(kind, utf8));
                if (whole.Length == 0) break;
            }
        }

        said.Clear();
        waiting = 0;
    }

    private async Task LineAsync(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        await using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        bytes.WriteByte((byte)'\n');
        await line.WaitAsync(ct);
        try
        {
            if (!response.HasStarted)
            {
                response.ContentType = ContentType;
                // A proxy that collects the whole answer first would show nothing until the end.
                response.Headers["X-Accel-Buffering"] = "no";
            }

            await response.Body.WriteAsync(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), ct);
        }
        finally
        {
            line.Release();
        }
    }

    /// <summary>Keeps what is written at once, and sends it when somebody can wait for that.</summary>
    private sealed class Part(CommandAnswer answer, string kind) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => answer.Add(kind, [value]);

        public override void Write(ReadOnlySpan<char> buffer) => answer.Add(kind, buffer);

        public override void Write(char[] buffer, int index, int count) => answer.Add(kind, buffer.AsSpan(index, count));

        public override void Write(string? value) => answer.Add(kind, value);

        public override Task WriteAsync(string? value) => WriteAsync(value.AsMemory());

        public override async Task WriteAsync(ReadOnlyMemory<char> buffer, CancellationToken cancellationToken = default)
        {
            answer.Add(kind, buffer.Span);
            if (answer.waiting >= Most) await answer.SendAsync();
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => answer.SendAsync();
    }
}
