using System.Buffers.Text;
using System.IO.Compression;
using System.Security.Cryptography;

namespace IdP.Server.Security;

/// <summary>
/// The stylesheet, the script and the mark, carried inside the program, so that they are there whoever hosts it. The
/// name holds a hash of the content: a browser keeps them for a year and fetches a new version at once.
/// </summary>
internal sealed class Assets
{
    private readonly Dictionary<string, Asset> byPath = [];

    public Assets()
    {
        Style = Add("ui.css", "text/css; charset=utf-8");
        Script = Add("ui.js", "text/javascript; charset=utf-8");
        Passkeys = Add("passkey.js", "text/javascript; charset=utf-8");
        Mark = Add("mark.svg", "image/svg+xml");
    }

    /// <summary>Paths that begin with a slash.</summary>
    public string Style { get; }

    public string Script { get; }

    /// <summary>For the pages that ask for a passkey.</summary>
    public string Passkeys { get; }

    public string Mark { get; }

    public void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/assets/{file}", [HttpMethods.Get, HttpMethods.Head], Serve);

    private async Task Serve(HttpContext http, string file)
    {
        var response = http.Response;
        if (!byPath.TryGetValue("/assets/" + file, out var asset))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var accepted = http.Request.GetTypedHeaders().AcceptEncoding;
        var (encoding, body) = accepted.Any(e => e.Value == "br" && e.Quality is not 0) ? ("br", asset.Brotli)
            : accepted.Any(e => e.Value == "gzip" && e.Quality is not 0) ? ("gzip", asset.Gzip) : (null, asset.Plain);
        response.ContentType = asset.ContentType;
        response.Headers.CacheControl = "public, max-age=31536000, immutable";
        response.Headers.Vary = "Accept-Encoding";
        if (encoding is not null) response.Headers.ContentEncoding = encoding;
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method)) await response.Body.WriteAsync(body, http.RequestAborted);
    }

    private string Add(string name, string contentType)
    {
        using var stream = typeof(Assets).Assembly.GetManifestResourceStream("wwwroot/" + name)
            ?? throw new InvalidOperationException($"The program was built without {name}.");
        var plain = new byte[stream.Length];
        stream.ReadExactly(plain);
        var hash = Base64Url.EncodeToString(SHA256.HashData(plain).AsSpan(0, 9));
        var path = $"/assets/{Path.GetFileNameWithoutExtension(name)}.{hash}{Path.GetExtension(name)}";
        byPath.Add(path, new Asset(contentType, plain,
            Compress(plain, output => new BrotliStream(output, CompressionLevel.SmallestSize)),
            Compress(plain, output => new GZipStream(output, CompressionLevel.SmallestSize))));
        return path;
    }

    private static byte[] Compress(byte[] plain, Func<Stream, Stream> open)
    {
        using var output = new MemoryStream();
        using (var compressor = open(output)) compressor.Write(plain);
        return output.ToArray();
    }

    private sealed record Asset(string ContentType, byte[] Plain, byte[] Brotli, byte[] Gzip);
}
