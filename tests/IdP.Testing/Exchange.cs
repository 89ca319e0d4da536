using System.Net;
using System.Text.Json;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace IdP.Testing;

/// <summary>One request and its raw response, read to the end and kept.</summary>
public sealed record Exchange(
    string Method,
    Uri Uri,
    HttpStatusCode Status,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    string Body)
{
    /// <summary>Absolute address of the <c>Location</c> header; null when there is none.</summary>
    public Uri? Location => Header("Location") is { } location ? new Uri(Uri, location) : null;

    public bool IsRedirect => (int)Status is 301 or 302 or 303 or 307 or 308 && Location is not null;

    /// <summary>Whether this is a redirect to the address, whatever the query and fragment.</summary>
    public bool LeadsTo(Uri? address) =>
        address is not null && IsRedirect && Location!.GetLeftPart(UriPartial.Path) == address.GetLeftPart(UriPartial.Path);

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The page, without scripts, as AngleSharp reads it; parsed anew at each call.</summary>
    public IHtmlDocument Page => new HtmlParser().ParseDocument(Body);

    /// <summary>The text of the page's h1; null when there is none.</summary>
    public string? Heading => Page.QuerySelector("h1")?.TextContent.Trim();

    /// <summary>The parameter <c>error</c> of a JSON answer (RFC 6749 §5.2); null when there is none.</summary>
    public string? Error => JsonString("error");

    /// <summary>Every value of a header joined with a comma; null when it is absent.</summary>
    public string? Header(string name)
    {
        var values = Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
        return values.Count == 0 ? null : string.Join(", ", values.Select(header => header.Value));
    }

    /// <summary>A string of a JSON answer; null when the body is no JSON object or lacks it.</summary>
    public string? JsonString(string name)
    {
        if (!Body.StartsWith('{')) return null;
        return Json.TryGetProperty(name, out var value) ? value.ToString() : null;
    }

    public override string ToString() =>
        $"{Method} {Uri} -> {(int)Status}{(Location is null ? "" : $" to {Location}")}\n{(Body.Length > 1500 ? Body[..1500] : Body)}";

    internal static async Task<Exchange> ReadAsync(HttpRequestMessage request, HttpResponseMessage response)
    {
        var headers = response.Headers.Concat(response.Content.Headers)
            .SelectMany(header => header.Value, (header, value) => KeyValuePair.Create(header.Key, value)).ToList();
        return new Exchange(
            request.Method.Method, request.RequestUri!, response.StatusCode, headers, await response.Content.ReadAsStringAsync());
    }
}
