using IdP.Testing;

namespace IdP.Tests.Server.Journeys;

/// <summary>A person at a browser.</summary>
internal sealed class Visitor(TestedServer server, string name, Phone phone) : IDisposable
{
    private const int MostRedirects = 20;

    public string Name => name;

    public UserAgent Browser { get; } = new();

    /// <summary>Changes when a new one is set up.</summary>
    public Phone Phone { get; set; } = phone;

    public Uri Issuer => server.Issuer;

    /// <summary>An application sends the person here.</summary>
    public Task<Journey> OpenAsync(RelyingParty app, string scope = "openid offline_access", params (string Name, string? Value)[] parameters)
    {
        var request = app.NewAuthorizationRequest(scope);
        foreach (var (parameter, value) in parameters) request[parameter] = value;
        return OpenAsync(app, request);
    }

    public async Task<Journey> OpenAsync(RelyingParty app, AuthorizationRequest request) =>
        new(this, app, request, await FollowAsync(await Browser.GetAsync(request.To(new Uri(server.Issuer, "connect/authorize")))));

    /// <summary>Opens a page of the server and follows, up to the first page that is shown.</summary>
    public async Task<Exchange> OpenAsync(string path) => await FollowAsync(await Browser.GetAsync(new Uri(server.Issuer, path)));

    public async Task<Exchange> SubmitAsync(Exchange page, string? button = null, params (string Name, string Value)[] values) =>
        await FollowAsync(await Browser.SubmitAsync(page, values.ToDictionary(v => v.Name, v => v.Value), button));

    public Task<Exchange> SignInAsync(Exchange page, string password = ServerFixture.Password) =>
        SubmitAsync(page, null, ("username", name), ("password", password));

    public async Task<Exchange> VerifyAsync(Exchange page, string? code = null) => await SubmitAsync(page, null, ("code", code ?? await Phone.NextCodeAsync()));

    /// <summary>From /enroll/app to the page that shows the recovery codes; the new phone is in the hand afterwards.</summary>
    public async Task<(Exchange Page, IReadOnlyList<string> RecoveryCodes)> SetUpAsync(Exchange page)
    {
        Phone = new Phone(page.Page.GetElementById("key")!.TextContent);
        var shown = await VerifyAsync(page);
        return (shown, [.. shown.Page.QuerySelectorAll("ol.codes li").Select(code => code.TextContent.Trim())]);
    }

    /// <summary>Follows redirects, up to a page or to one that leaves the server.</summary>
    public async Task<Exchange> FollowAsync(Exchange exchange)
    {
        for (var count = 0; exchange.IsRedirect && exchange.Location!.Authority == server.Issuer.Authority; count++)
        {
            if (count == MostRedirects) throw new InvalidOperationException($"More than {MostRedirects} redirects: {exchange}");
            exchange = await Browser.GetAsync(exchange.Location);
        }

        return exchange;
    }

    /// <summary>
    /// The request by which this browser would submit the page's form, made anew at each call, to be sent past the
    /// browser: many at once, all with the cookies of this moment.
    /// </summary>
    public Func<HttpRequestMessage> Submission(Exchange page, params (string Name, string Value)[] values)
    {
        var fields = page.Page.QuerySelectorAll("main form input[type=hidden]")
            .Select(input => KeyValuePair.Create(input.GetAttribute("name")!, input.GetAttribute("value") ?? ""))
            .Concat(values.Select(v => KeyValuePair.Create(v.Name, v.Value))).ToList();
        var cookies = Browser.Cookies.GetCookieHeader(page.Uri);
        return () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, page.Uri) { Content = new FormUrlEncodedContent(fields) };
            request.Headers.TryAddWithoutValidation("Cookie", cookies);
            return request;
        };
    }

    /// <summary>A GET with the cookies of this moment, to be sent past the browser.</summary>
    public Func<HttpRequestMessage> Get(Uri uri)
    {
        var cookies = Browser.Cookies.GetCookieHeader(uri);
        return () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, uri);
            request.Headers.TryAddWithoutValidation("Cookie", cookies);
            return request;
        };
    }

    public void Dispose() => Browser.Dispose();
}
