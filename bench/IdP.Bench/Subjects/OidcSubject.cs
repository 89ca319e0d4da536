using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using IdP.Bench.Processes;

namespace IdP.Bench.Subjects;

/// <summary>An OpenID provider: ours, or the peer, which is set up with the same paths and clients.</summary>
internal sealed class OidcSubject(string name, BenchProcess process, Uri address, Func<Task<IReadOnlyList<string>>> signIn) : Subject(name, process, address)
{
    // RFC 7636 appendix B.
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    private const string Scope = "openid%20profile%20email%20offline_access";

    // Refresh tokens of many families take turns, as those of many people do.
    private const int Families = 64;

    private IReadOnlyList<string>? cookies;

    /// <summary>Body lengths by operation, so that the floor answers with as much.</summary>
    public Dictionary<string, int> Sizes { get; } = [];

    // Codes live sixty seconds, and a slow machine has to make and redeem all of a batch in that time.
    public override int MostPerBatch(string operation) => operation == "code" ? 8000 : int.MaxValue;

    public override async Task<Func<int, Task>> PrepareAsync(string operation, int count)
    {
        cookies ??= await signIn();
        switch (operation)
        {
            case "discovery":
                return _ => KeepAsync(operation, () => Get(".well-known/openid-configuration"), HttpStatusCode.OK, "\"token_endpoint\"");
            case "jwks":
                return _ => KeepAsync(operation, () => Get(".well-known/jwks"), HttpStatusCode.OK, "\"keys\"");
            case "client_credentials" or "client_credentials_rs256":
                // The beginning of {"alg":"ES256" and {"alg":"RS256": the algorithm is what was asked for.
                var (actor, header) = operation == "client_credentials" ? (Client.Es256, "eyJhbGciOiJFUzI1Ni") : (Client.Rs256, "eyJhbGciOiJSUzI1Ni");
                return _ => KeepAsync(operation, () => Token(actor, "grant_type=client_credentials&scope=api"), HttpStatusCode.OK, "\"access_token\":\"" + header);
            case "authorize":
                return i => AuthorizeAsync(Client.Es256, i);
            case "code":
                var codes = new string[count];
                await Measurement.ManyAsync(count, 8, async i => codes[i] = await AuthorizeAsync(Client.Es256, i));
                return i => RedeemAsync(Client.Es256, codes[i]);
            case "refresh":
                var tokens = new ConcurrentQueue<string>();
                foreach (var answer in await SignedInAsync(Client.Es256, Families)) tokens.Enqueue(answer.GetProperty("refresh_token").GetString()!);
                return _ => RefreshAsync(tokens);
            case "userinfo":
                var bearers = await AccessTokensAsync(Client.UserInfo);
                return i => KeepAsync(operation, () => Bearer(bearers[i % bearers.Count]), HttpStatusCode.OK, "\"sub\"", "\"email\"", "\"name\"");
            case "introspection" or "introspection_reference":
                var client = operation == "introspection" ? Client.Es256 : Client.Reference;
                var presented = await AccessTokensAsync(client);
                return i => KeepAsync(operation, () => Post("connect/introspect", client, "token=" + presented[i % presented.Count]), HttpStatusCode.OK, "\"active\":true", "\"scope\"");
            default:
                throw new ArgumentException($"Unknown operation {operation}.");
        }
    }

    /// <summary>Asks for a code with a live session.</summary>
    public async Task<string> AuthorizeAsync(Client client, int number)
    {
        var request = Get($"connect/authorize?response_type=code&client_id={client.Id}&redirect_uri={Uri.EscapeDataString(Client.RedirectUri)}"
            + $"&scope={Scope}&state=s{number}&nonce=n{number}&code_challenge={Challenge}&code_challenge_method=S256");
        request.Headers.TryAddWithoutValidation("Cookie", cookies![number % cookies.Count]);
        var answer = await SendAsync(request);
        if (answer.Status is not (HttpStatusCode.Found or HttpStatusCode.SeeOther)) throw answer.Unexpected("a redirect");
        var location = answer.Headers.Location?.OriginalString ?? "";
        if (!location.StartsWith(Client.RedirectUri, StringComparison.Ordinal) || !location.Contains($"state=s{number}", StringComparison.Ordinal)) throw answer.Unexpected("the redirect_uri");
        var start = location.IndexOf("code=", StringComparison.Ordinal) + 5;
        if (start < 5) throw answer.Unexpected("a code");
        var end = location.IndexOf('&', start);
        return location[start..(end < 0 ? location.Length : end)];
    }

    public Task<Answer> RedeemAsync(Client client, string code) => KeepAsync("code",
        () => Token(client, $"grant_type=authorization_code&code={code}&redirect_uri={Uri.EscapeDataString(Client.RedirectUri)}&code_verifier={Verifier}"),
        HttpStatusCode.OK, "\"access_token\":\"", "\"id_token\":\"eyJ", "\"refresh_token\":\"");

    public async Task RefreshAsync(ConcurrentQueue<string> tokens)
    {
        if (!tokens.TryDequeue(out var token)) throw new InvalidOperationException("More requests under way than refresh tokens.");
        var answer = await KeepAsync("refresh", () => Token(Client.Es256, "grant_type=refresh_token&refresh_token=" + token),
            HttpStatusCode.OK, "\"access_token\":\"", "\"id_token\":\"eyJ");
        var successor = Member(answer.Body, "refresh_token");
        if (successor == token) throw answer.Unexpected("another refresh token");
        tokens.Enqueue(successor);
    }

    /// <summary>Signs in so many times and redeems the codes.</summary>
    public async Task<IReadOnlyList<JsonElement>> SignedInAsync(Client client, int count)
    {
        cookies ??= await signIn();
        var answers = new JsonElement[count];
        await Measurement.ManyAsync(count, 8, async i => answers[i] = JsonElement.Parse((await RedeemAsync(client, await AuthorizeAsync(client, i))).Body));
        return answers;
    }

    public HttpRequestMessage Get(string path) => new(HttpMethod.Get, new Uri(Address, path));

    public HttpRequestMessage Token(Client client, string form) => Post("connect/token", client, form);

    private HttpRequestMessage Post(string path, Client client, string form)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, path));
        request.Content = new StringContent(form, Encoding.ASCII, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        request.Headers.TryAddWithoutValidation("Authorization", client.Basic);
        return request;
    }

    private HttpRequestMessage Bearer(string token)
    {
        var request = Get("connect/userinfo");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        return request;
    }

    private async Task<IReadOnlyList<string>> AccessTokensAsync(Client client) =>
        [.. (await SignedInAsync(client, Families)).Select(a => a.GetProperty("access_token").GetString()!)];

    private async Task<Answer> KeepAsync(string operation, Func<HttpRequestMessage> request, HttpStatusCode status, params string[] parts)
    {
        var answer = (await SendAsync(request())).Expect(status, parts);
        if (!Sizes.ContainsKey(operation))
        {
            lock (Sizes) Sizes[operation] = answer.Body.Length;
        }

        return answer;
    }

    private static string Member(string json, string name)
    {
        var start = json.IndexOf($"\"{name}\":\"", StringComparison.Ordinal) + name.Length + 4;
        return json[start..json.IndexOf('"', start)];
    }
}

/// <summary>A client that every provider under measurement knows.</summary>
internal sealed record Client(string Id, string Algorithm, string Format)
{
    public const string RedirectUri = "https://app.example.com/callback";
    public const string Secret = "bench-secret-of-32-or-more-characters-0";

    public static Client Es256 { get; } = new("bench-es256", "ES256", "jwt");

    public static Client Rs256 { get; } = new("bench-rs256", "RS256", "jwt");

    public static Client Reference { get; } = new("bench-reference", "ES256", "reference");

    /// <summary>Ours has a JWT access token; the peer takes none at UserInfo, so there it is an opaque one.</summary>
    public static Client UserInfo { get; } = new("bench-userinfo", "ES256", "jwt");

    public static IReadOnlyList<Client> All { get; } = [Es256, Rs256, Reference, UserInfo];

    public string Basic { get; } = "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"{Id}:{Secret}"));
}
