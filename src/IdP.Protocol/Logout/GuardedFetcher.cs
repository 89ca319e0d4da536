using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace IdP.Protocol.Logout;

/// <summary>
/// The only way by which this server calls addresses that somebody registered. A name is judged by the address that is
/// really connected to, so that no name can lead inside (server-side request forgery, also by changing DNS answers).
/// </summary>
internal sealed class GuardedFetcher : IDisposable
{
    public const int MostResponseBytes = 64 * 1024;

    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly HttpClient http;
    private readonly IPNetwork[] allowed;
    private readonly bool allowLoopback;

    public GuardedFetcher(ProtocolOptions options)
    {
        allowed = [.. options.PrivateNetworks.Select(IPNetwork.Parse)];
        allowLoopback = options.AllowLoopback;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            Credentials = null,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = 16,
            ConnectTimeout = Longest,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            // What is traced here is nobody else's business.
            ActivityHeadersPropagator = null,
            ConnectCallback = ConnectAsync,
        };
        http = new HttpClient(handler) { Timeout = Longest, MaxResponseContentBufferSize = MostResponseBytes };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("IdP", null));
    }

    /// <summary>Posts a form.</summary>
    /// <returns>What went wrong, in words for an admin; null when the answer was a success.</returns>
    public async Task<string?> PostAsync(string address, IReadOnlyCollection<KeyValuePair<string, string>> form, CancellationToken ct)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || !IsAllowed(uri)) return "The address must begin with https://.";
        using var request = new HttpRequestMessage(HttpMethod.Post, uri) { Content = new FormUrlEncodedContent(form) };
        try
        {
            using var response = await http.SendAsync(request, ct);
            return response.IsSuccessStatusCode ? null : $"The application answered {(int)response.StatusCode}.";
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return $"The application did not answer within {Longest.TotalSeconds} seconds.";
        }
        catch (HttpRequestException failed)
        {
            return (failed.InnerException as BlockedAddressException ?? (Exception)failed).Message;
        }
    }

    public void Dispose() => http.Dispose();

    /// <summary>Whether the server may connect to the address.</summary>
    internal bool IsAllowed(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return PublicAddresses.Contains(address) || (allowLoopback && IPAddress.IsLoopback(address)) || allowed.Any(n => n.Contains(address));
    }

    private bool IsAllowed(Uri uri) => uri.UserInfo.Length == 0 && (uri.Scheme == "https" || (uri.Scheme == "http" && uri.IsLoopback && allowLoopback));

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, ct);
        var open = addresses.Where(IsAllowed).ToArray();
        if (open.Length == 0) throw new BlockedAddressException($"{host} has no public address.");

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(open, context.DnsEndPoint.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class BlockedAddressException(string message) : IOException(message);
}
