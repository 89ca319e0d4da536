using System.Net;
using IdP.Bench.Processes;

namespace IdP.Bench.Subjects;

/// <summary>A program that can be asked to do an operation.</summary>
internal abstract class Subject(string name, BenchProcess process, Uri address) : IAsyncDisposable
{
    private readonly HttpMessageInvoker http = new(new SocketsHttpHandler
    {
        UseCookies = false, AllowAutoRedirect = false, UseProxy = false, ActivityHeadersPropagator = null,
        MaxConnectionsPerServer = 64, PooledConnectionIdleTimeout = TimeSpan.FromMinutes(10),
    });

    public string Name => name;

    public BenchProcess Process => process;

    public Uri Address => address;

    /// <summary>Makes ready what a batch of requests needs, such as codes to redeem; it is not counted.</summary>
    /// <returns>Sends the request of that number and checks its answer.</returns>
    public abstract Task<Func<int, Task>> PrepareAsync(string operation, int count);

    /// <summary>How many requests one batch may have; codes, for example, live sixty seconds.</summary>
    public virtual int MostPerBatch(string operation) => int.MaxValue;

    /// <summary>Sends and reads the whole answer.</summary>
    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            request.Version = HttpVersion.Version11;
            using var response = await http.SendAsync(request, CancellationToken.None);
            return new Answer(response.StatusCode, response.Headers, await response.Content.ReadAsStringAsync());
        }
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await process.DisposeAsync();
    }
}

/// <summary>An answer that was read to its end.</summary>
internal sealed record Answer(HttpStatusCode Status, System.Net.Http.Headers.HttpResponseHeaders Headers, string Body)
{
    /// <summary>A fast error must never be counted.</summary>
    /// <returns>This answer.</returns>
    public Answer Expect(HttpStatusCode status, params ReadOnlySpan<string> parts)
    {
        if (Status != status) throw Unexpected($"status {(int)status}");
        foreach (var part in parts)
        {
            if (!Body.Contains(part, StringComparison.Ordinal)) throw Unexpected(part);
        }

        return this;
    }

    public InvalidOperationException Unexpected(string expected) =>
        new($"Expected {expected}, got {(int)Status} {Headers.Location}: {Body[..Math.Min(Body.Length, 600)]}");
}
