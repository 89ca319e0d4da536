using System.Text.RegularExpressions;

namespace IdP.Tests.Protocol.Strictness;

/// <summary>RFC 9700 §4.1.3: no redirect to an address that is not registered, whatever it looks like.</summary>
internal sealed class HostileRedirectTests
{
    private StrictProvider strict = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => strict = await StrictProvider.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await strict.DisposeAsync();

    public static IReadOnlyList<string> Corpus() =>
        [.. File.ReadLines(Path.Combine(Row.Folder, "HostileRedirectUris.txt")).Where(line => line.Length > 0 && !line.StartsWith("# ", StringComparison.Ordinal)).Select(Regex.Unescape)];

    [Test]
    public void There_are_at_least_a_hundred_and_fifty() => Assert.That(Corpus().Distinct().Count(), Is.AtLeast(150));

    [Test]
    public async Task None_is_followed([Values("GET", "POST")] string method, [Values("app", "spa")] string client, [Values("", "form_post")] string mode, [Values] bool signedIn)
    {
        List<string> followed = [];
        foreach (var uri in Corpus())
        {
            var answer = await SendAsync(method, client, uri, mode, signedIn);
            // 400: the page is refused before it is reached. Nowhere does the address itself come back.
            if (answer.Scandal is not null || answer.Location is not ("/error?reason=redirect_uri" or "/error?reason=request") || answer.Body.Length > 0) followed.Add($"{uri}: {answer}");
        }

        Assert.That(followed, Is.Empty);
    }

    [Test]
    public async Task None_is_taken_by_the_pushed_request_endpoint()
    {
        List<string> taken = [];
        foreach (var uri in Corpus())
        {
            var request = await new Script(strict).BuildAsync("POST", "/connect/par", ["client_id=app", "response_type=code", "scope=openid", "code_challenge={challenge}", "code_challenge_method=S256", "!basic app:s3cret"]);
            var body = System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(request.Body) + "&redirect_uri=" + Uri.EscapeDataString(uri));

            var answer = await strict.SendAsync(request with { Body = body });

            if (answer.Scandal is not null || answer.Status != 400 || !answer.Body.Contains("\"invalid_request\"", StringComparison.Ordinal)) taken.Add($"{uri}: {answer}");
        }

        Assert.That(taken, Is.Empty);
    }

    [Test]
    public async Task The_registered_one_is()
    {
        Assert.That((await SendAsync("GET", "app", Provider.RedirectUri, "", true)).Location, Does.StartWith(Provider.RedirectUri + "?code="));
    }

    private Task<RawAnswer> SendAsync(string method, string client, string uri, string mode, bool signedIn)
    {
        var form = string.Join('&', Provider.Request(client, ("redirect_uri", uri), ("response_mode", mode)).Select(p => p.Key + "=" + Uri.EscapeDataString(p.Value!)));
        List<KeyValuePair<string, string>> headers = signedIn ? [new("Cookie", strict.Cookie)] : [];
        return strict.SendAsync(method == "POST"
            ? new RawRequest(method, "/connect/authorize") { Body = System.Text.Encoding.ASCII.GetBytes(form), ContentType = "application/x-www-form-urlencoded", Headers = headers }
            : new RawRequest(method, "/connect/authorize") { Query = form, Headers = headers });
    }
}
