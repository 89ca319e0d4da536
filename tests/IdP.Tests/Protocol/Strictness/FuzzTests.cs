using System.Globalization;
using System.Text;
using IdP.Testing;

namespace IdP.Tests.Protocol.Strictness;

/// <summary>
/// Valid requests to every endpoint and form, changed at random by a seed that is printed. <c>IDP_FUZZ_REQUESTS</c> says
/// how many, <c>IDP_FUZZ_SEED</c> repeats a run.
/// </summary>
internal sealed class FuzzTests
{
    private const int Workers = 4;

    private static readonly string[] Forms =
    [
        "/signin", "/signout", "/verify", "/verify/recovery", "/verify/help", "/enroll", "/enroll/app", "/enroll/recovery-codes", "/consent", "/locked",
        "/portal/security", "/portal/security/reset", "/portal/sessions", "/portal/activity", "/error", "/help", "/setup", "/password", "/nothing",
    ];

    private static readonly string[] Names =
    [
        "client_id", "state", "scope", "redirect_uri", "response_type", "code", "token", "claims", "prompt", "max_age", "request", "request_uri", "resource", "interaction",
        "logout", "username", "action", "decision", "id_token_hint", "client_assertion", "__RequestVerificationToken", "handler", "ReturnUrl",
    ];

    private static readonly string[] Values =
    [
        "", "%00", "%ff", "%zz", "%", "%c0%af", "%ed%a0%80", "+", "'", "%22", "%0d%0aX:%201", "%F0%9F%92%A9", "-1", "99999999999999999999", "1e999", "null", "true", "[]", "{}",
        "%7B%22id_token%22:%7B%22%5Cud800%22:null%7D%7D", "%7B%22a%22:%5B%5B%5B%5B%5B%5B%5B%5B%5B", "eyJhbGciOiJub25lIn0.e30.", "e30.e30.e30", "...", "../../etc/passwd",
        "https://evil.example", "//evil.example", "javascript:alert(1)", "urn:ietf:params:oauth:request_uri:x", "%3Cscript%3E", "%E2%80%AE", "none+login", "code+token",
    ];

    private static readonly string[] Types =
        ["application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "x", "application/x-www-form-urlencoded; charset=utf-7"];

    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "X"];

    private static readonly string[] HeaderNames = ["Authorization", "DPoP", "Cookie", "Origin", "Accept-Language", "If-None-Match", "Range", "X-Forwarded-For", "Expect"];

    private static readonly int Requests = int.Parse(Environment.GetEnvironmentVariable("IDP_FUZZ_REQUESTS") ?? "20000", CultureInfo.InvariantCulture);
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("IDP_FUZZ_SEED") ?? "20261124", CultureInfo.InvariantCulture);

    [Test]
    public async Task Nothing_fails_hangs_tells_or_leads_astray()
    {
        await using var strict = await StrictProvider.StartAsync();
        var valid = await ValidRequestsAsync(strict);
        TestContext.Out.WriteLine($"IDP_FUZZ_SEED={Seed} IDP_FUZZ_REQUESTS={Requests}, from {valid.Count} valid requests");
        var (next, statuses, scandals) = (0, new System.Collections.Concurrent.ConcurrentDictionary<int, int>(), new System.Collections.Concurrent.ConcurrentQueue<string>());

        await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(async () =>
        {
            // Each request is made of its own number, so that any one of them can be repeated.
            for (var number = Interlocked.Increment(ref next); number <= Requests && scandals.Count < 20; number = Interlocked.Increment(ref next))
            {
                var request = Change(valid[number % valid.Count], new Random(unchecked((Seed * 7919) + number)));
                try
                {
                    var answer = await strict.SendAsync(request).WaitAsync(Eventually.Patience);
                    statuses.AddOrUpdate(answer.Status, 1, (_, count) => count + 1);
                    if (answer.Scandal is { } scandal) scandals.Enqueue($"{number}: {scandal}\n{Show(request)}\n{answer}");
                }
                catch (TimeoutException)
                {
                    scandals.Enqueue($"{number}: It hangs\n{Show(request)}");
                }
            }
        })));

        TestContext.Out.WriteLine(string.Join(", ", statuses.OrderBy(s => s.Key).Select(s => $"{s.Key}: {s.Value}")));
        Assert.That(scandals, Is.Empty, string.Join("\n\n", scandals));
        Assert.That(statuses.Values.Sum(), Is.EqualTo(Requests));
    }

    private static async Task<List<RawRequest>> ValidRequestsAsync(StrictProvider strict)
    {
        var script = new Script(strict);
        List<RawRequest> valid = [];
        foreach (var row in Row.ReadAll().Where(r => r.IsValid)) valid.Add(await script.BuildAsync(row.Method, row.Path, row.Operations));
        var start = valid[0].Query;
        valid.AddRange(
        [
            new("GET", "/.well-known/openid-configuration"), new("GET", "/.well-known/oauth-authorization-server"), new("GET", "/.well-known/jwks"), new("GET", "/healthz"), new("GET", "/"),
        ]);
        var parked = await strict.SendAsync(new RawRequest("GET", "/connect/authorize") { Query = start });
        var interaction = parked.Location![(parked.Location!.IndexOf('=', StringComparison.Ordinal) + 1)..];
        var page = await strict.SendAsync(new RawRequest("GET", "/signin") { Query = "interaction=" + interaction });
        var cookie = page.Headers.GetValueOrDefault("Set-Cookie", "").Split(';')[0];
        var token = System.Text.RegularExpressions.Regex.Match(page.Body, "__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)").Groups[1].Value;
        foreach (var path in Forms)
        {
            List<KeyValuePair<string, string>> headers = [new("Cookie", path is "/signin" ? cookie : strict.Cookie + "; " + cookie)];
            valid.Add(new RawRequest("GET", path) { Query = "interaction=" + interaction, Headers = headers });
            valid.Add(new RawRequest("POST", path)
            {
                // No person has this name, so that no slow hash is computed for most of them.
                Body = Encoding.ASCII.GetBytes($"interaction={interaction}&__RequestVerificationToken={Uri.EscapeDataString(token)}&username=&code=123456&decision=allow&action=skip"),
                ContentType = "application/x-www-form-urlencoded", Headers = headers,
            });
        }

        return valid;
    }

    private static RawRequest Change(RawRequest request, Random random)
    {
        var isForm = request.Method == "POST";
        var pairs = (isForm ? Encoding.UTF8.GetString(request.Body) : request.Query).Split('&', StringSplitOptions.RemoveEmptyEntries).ToList();
        List<KeyValuePair<string, string>> headers = [.. request.Headers];
        var (method, path, type, tail) = (request.Method, request.Path, request.ContentType, "");
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            var at = pairs.Count == 0 ? -1 : random.Next(pairs.Count);
            switch (random.Next(14))
            {
                case 0 when at >= 0: pairs.RemoveAt(at); break;
                case 1 when at >= 0: pairs.Add(pairs[random.Next(pairs.Count)]); break;
                case 2 or 3 when at >= 0: pairs[at] = pairs[at].Split('=')[0] + "=" + Pick(Values); break;
                case 4: pairs.Add(Pick(Names) + "=" + Pick(Values)); break;
                case 5 when at >= 0: pairs[at] = Pick(Names) + "=" + string.Concat(Enumerable.Repeat(Pick(Values) + "a", random.Next(1, 800))); break;
                case 6 or 7 when at >= 0: pairs[at] = Bend(pairs[at]); break;
                case 8: tail += (char)random.Next(1, 0x250); break;
                case 9 when random.Next(3) == 0: method = Pick(Methods); break;
                case 10 when random.Next(3) == 0: type = Pick(Types); break;
                case 11 when headers.Count > 0: var one = random.Next(headers.Count); headers[one] = new(headers[one].Key, Bend(headers[one].Value)); break;
                case 12: headers.Add(new(Pick(HeaderNames), random.Next(2) == 0 ? Pick(Values) : "Bearer " + Pick(Values))); break;
                case 13 when random.Next(4) == 0: path += Pick(["/", "//", "/..", "%2f", ";x", "/x", ".json"]); break;
            }
        }

        var text = string.Join('&', pairs) + tail;
        return method is "GET" or "HEAD" or "DELETE"
            ? request with { Method = method, Path = path, Query = text, Body = [], ContentType = null, Headers = headers }
            : request with { Method = method, Path = path, Body = Encoding.UTF8.GetBytes(text), ContentType = type, Headers = headers };

        string Pick(string[] from) => from[random.Next(from.Length)];

        string Bend(string text)
        {
            if (text.Length == 0) return "x";
            var at = random.Next(text.Length);
            return random.Next(4) switch
            {
                0 => text[..at],
                1 => text.Remove(at, 1),
                2 => text.Insert(at, ((char)random.Next(0x20, 0x7f)).ToString()),
                _ => text[..at] + (char)random.Next(0x20, 0x7f) + text[(at + 1)..],
            };
        }
    }

    private static string Show(RawRequest request) =>
        $"{request.Method} {request.Path}?{Short(request.Query)}\n{string.Join('\n', request.Headers.Select(h => h.Key + ": " + Short(h.Value)))}\n{request.ContentType}\n{Short(Encoding.UTF8.GetString(request.Body))}";

    private static string Short(string text) => text.Length > 1500 ? text[..1500] + "…" : text;
}
