using System.Net;

namespace IdP.Testing;

/// <summary>
/// What the person sits at (RFC 6749 §1.2: the user-agent), without scripts: keeps cookies, follows a redirect only when
/// told to, fills in and submits the forms it was shown, and remembers every exchange.
/// </summary>
/// <param name="handler">Null for the network; a TestServer's handler for a server in this process.</param>
public sealed class UserAgent(HttpMessageHandler? handler = null) : IDisposable
{
    private const int MostRedirects = 20;

    private readonly HttpClient http = new(handler ?? new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    public CookieContainer Cookies { get; } = new();

    /// <summary>What the browser says of languages; null: nothing.</summary>
    public string? AcceptLanguage { get; set; }

    public List<Exchange> Exchanges { get; } = [];

    public Exchange Last => Exchanges[^1];

    public Task<Exchange> GetAsync(Uri uri) => SendAsync(new HttpRequestMessage(HttpMethod.Get, uri));

    public Task<Exchange> PostAsync(Uri uri, IEnumerable<KeyValuePair<string, string>> form) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, uri) { Content = new FormUrlEncodedContent(form) });

    /// <summary>Sends one request with the cookies of its address and keeps the cookies of the answer.</summary>
    public async Task<Exchange> SendAsync(HttpRequestMessage request)
    {
        var uri = request.RequestUri ?? throw new ArgumentException("The request has no address.", nameof(request));
        if (Cookies.GetCookieHeader(uri) is { Length: > 0 } cookies) request.Headers.TryAddWithoutValidation("Cookie", cookies);
        if (AcceptLanguage is not null) request.Headers.TryAddWithoutValidation("Accept-Language", AcceptLanguage);
        using (request)
        {
            using var response = await http.SendAsync(request);
            if (response.Headers.TryGetValues("Set-Cookie", out var set))
                foreach (var cookie in set) Cookies.SetCookies(uri, cookie);
            var exchange = await Exchange.ReadAsync(request, response);
            Exchanges.Add(exchange);
            return exchange;
        }
    }

    /// <summary>Follows redirects until a page is shown or the next one leads to <paramref name="stopBefore"/>.</summary>
    /// <param name="exchange">Where to begin.</param>
    /// <param name="stopBefore">An address (its query is ignored) that is not called, usually the redirect_uri.</param>
    /// <returns>The first answer that is no redirect, or the redirect to that address.</returns>
    public async Task<Exchange> FollowAsync(Exchange exchange, Uri? stopBefore = null)
    {
        for (var count = 0; exchange.IsRedirect && !exchange.LeadsTo(stopBefore); count++)
        {
            if (count == MostRedirects) throw new InvalidOperationException($"More than {MostRedirects} redirects: {exchange}");
            exchange = await GetAsync(exchange.Location!);
        }

        return exchange;
    }

    /// <summary>
    /// Submits a form of a page as a browser would: hidden fields, the anti-forgery token among them, go along, and the
    /// values given replace or add fields.
    /// </summary>
    /// <param name="page">The answer that showed the form.</param>
    /// <param name="values">What the person types. A value for a field the form lacks is refused.</param>
    /// <param name="button">CSS selector of the pressed button; null for the form's first one.</param>
    /// <param name="form">CSS selector of the form; null for the first that has all the fields of <paramref name="values"/>.</param>
    public async Task<Exchange> SubmitAsync(
        Exchange page, IReadOnlyDictionary<string, string>? values = null, string? button = null, string? form = null)
    {
        var submission = HtmlForm.Fill(page, values ?? new Dictionary<string, string>(), button, form);
        if (submission.IsPost) return await PostAsync(submission.Action, submission.Fields);
        using var content = new FormUrlEncodedContent(submission.Fields);
        var query = await content.ReadAsStringAsync();
        return await GetAsync(new UriBuilder(submission.Action) { Query = query }.Uri);
    }

    public void Dispose() => http.Dispose();
}
