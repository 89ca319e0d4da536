using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdP.Protocol.ProofOfPossession;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Tests.Protocol.Strictness;

/// <summary>
/// Makes a request of the operations of a table's row. How they are written is told at the head of <c>Rejections.txt</c>.
/// </summary>
internal sealed class Script(StrictProvider strict)
{
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private static readonly string[] Signing = ["signing", "strict"];
    private static readonly string[] Public = ["spa", "native"];

    private readonly Dictionary<string, JsonElement> tokens = [];

    /// <summary>The state that was sent, when exactly one was.</summary>
    public string? State { get; private set; }

    public async Task<RawRequest> BuildAsync(string method, string path, IEnumerable<string> operations)
    {
        List<(string Name, string Value)> parameters = [];
        List<KeyValuePair<string, string>> headers = [new("Cookie", strict.Cookie)];
        string? type = "application/x-www-form-urlencoded", body = null;
        var (raw, query, host) = ("", "", "idp.example");
        foreach (var operation in operations)
        {
            var (verb, rest) = operation.Split(' ', 2) is [var first, var second] ? (first, second) : (operation, "");
            switch (verb)
            {
                case "!method": method = rest; break;
                case "!path": path = rest; break;
                case "!type": type = rest.Length == 0 ? null : rest; break;
                case "!host": host = rest; break;
                case "!query": query = await ExpandAsync(rest); break;
                case "!raw": raw += "&" + await ExpandAsync(rest); break;
                case "!body": body = await ExpandAsync(rest); break;
                case "!nobody": headers.RemoveAll(h => h.Key == "Cookie"); break;
                case "!other": headers[0] = new("Cookie", strict.OtherCookie); break;
                case "!basic": Add("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(await ExpandAsync(rest))), replace: true); break;
                case "!later": strict.Provider.Clock.Advance(TimeSpan.FromSeconds(int.Parse(rest, null))); break;
                case "!without": headers.RemoveAll(h => h.Key.Equals(rest, StringComparison.OrdinalIgnoreCase)); break;
                case "!header" or "!also":
                    var (name, value) = (rest[..rest.IndexOf(':', StringComparison.Ordinal)], rest[(rest.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());
                    Add(name, await ExpandAsync(value), replace: verb == "!header");
                    break;
                case ['-', .. var removed] when !removed.Contains('=', StringComparison.Ordinal): parameters.RemoveAll(p => p.Name == removed); break;
                default:
                    var (again, assignment) = operation[0] == '+' ? (true, operation[1..]) : (false, operation);
                    var equals = assignment.IndexOf('=', StringComparison.Ordinal);
                    if (equals < 0) throw new FormatException("Not an operation: " + operation);
                    if (!again) parameters.RemoveAll(p => p.Name == assignment[..equals]);
                    parameters.Add((assignment[..equals], assignment[(equals + 1)..]));
                    break;
            }
        }

        List<string> pairs = [];
        foreach (var (name, value) in parameters) pairs.Add(Uri.EscapeDataString(name) + "=" + Uri.EscapeDataString(await ExpandAsync(value)));
        var form = body ?? string.Join('&', pairs) + raw;
        var states = parameters.Where(p => p.Name == "state").ToList();
        State = states.Count == 1 ? await ExpandAsync(states[0].Value) : null;
        return method is "POST" or "PUT" or "PATCH"
            ? new RawRequest(method, path) { Query = query, Body = Encoding.UTF8.GetBytes(form), ContentType = type, Headers = headers, Host = host }
            : new RawRequest(method, path) { Query = form.Trim('&'), Headers = headers, Host = host };

        void Add(string name, string value, bool replace)
        {
            if (replace) headers.RemoveAll(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
            headers.Add(new(name, value));
        }
    }

    private async Task<string> ExpandAsync(string text)
    {
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '{' && End(text, i) is > 0 and var end && await MacroAsync(text[(i + 1)..end]) is { } value)
            {
                result.Append(value);
                i = end;
            }
            else
            {
                result.Append(text[i]);
            }
        }

        return result.ToString();
    }

    private static int End(string text, int start)
    {
        var depth = 0;
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '{') depth++;
            else if (text[i] == '}' && --depth == 0) return i;
        }

        return -1;
    }

    private async Task<string?> MacroAsync(string macro)
    {
        var words = macro.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is [{ Length: > 2 } many] && many.IndexOf('*', StringComparison.Ordinal) is > 0 and var star && int.TryParse(many[(star + 1)..], out var times))
        {
            return string.Concat(Enumerable.Repeat(many[..star], times));
        }

        var now = strict.Provider.Clock.Now;
        switch (words)
        {
            case ["nul"]: return "\0";
            case ["lf"]: return "\n";
            case ["cr"]: return "\r";
            case ["verifier"]: return Provider.Verifier;
            case ["challenge"]: return Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Provider.Verifier)));
            case ["jkt"]: return strict.Key.Thumbprint;
            case ["code", var client, .. var changes]: return await CodeAsync(client, changes);
            case ["par", var client, .. var changes]: return await PushAsync(client, changes);
            case ["tokens", var client, var name, .. var changes]: return (await RedeemAsync(client, await CodeAsync(client, changes))).GetProperty(name).GetString();
            case ["access", var client]: return (await KeptAsync(client)).GetProperty("access_token").GetString();
            case ["id", var client]: return (await KeptAsync(client)).GetProperty("id_token").GetString();
            case ["refresh", var client, .. var changes]: return (await RedeemAsync(client, await CodeAsync(client, ["scope=openid+profile+offline_access", .. changes]))).GetProperty("refresh_token").GetString();
            case ["machine"]: return (await PostAsync("/connect/token", "grant_type=client_credentials", "job")).GetProperty("access_token").GetString();
            case ["usedcode", var client]:
                var code = await CodeAsync(client, []);
                await RedeemAsync(client, code);
                return code;
            case ["usedrefresh", var client]:
                var refresh = (await RedeemAsync(client, await CodeAsync(client, ["scope=openid+offline_access"]))).GetProperty("refresh_token").GetString()!;
                await PostAsync("/connect/token", "grant_type=refresh_token&refresh_token=" + refresh, client);
                return refresh;
            case ["revoked", var name, var client]:
                var token = (await RedeemAsync(client, await CodeAsync(client, ["scope=openid+offline_access"]))).GetProperty(name).GetString()!;
                await SendAsync("/connect/revoke", "token=" + token, client);
                return token;
            case ["forged", "access", var client, .. var changes]:
                return strict.Key.Forge((await KeptAsync(client)).GetProperty("access_token").GetString()!, changes, now, await ServerKeyAsync("ES256"));
            case ["forged", "id", var client, .. var changes]:
                return strict.Key.Forge((await KeptAsync(client)).GetProperty("id_token").GetString()!, changes, now, await ServerKeyAsync("RS256"));
            case ["assertion", var client, .. var changes]: return Assertion(client, changes);
            case ["proof", var method, var path, .. var changes]: return Proof(method, path, changes);
            default: return null;
        }
    }

    private string Assertion(string client, IEnumerable<string> changes)
    {
        var now = strict.Provider.Clock.Now;
        return strict.Key.Write(
            new JsonObject { ["alg"] = "ES256", ["kid"] = "k1" },
            new JsonObject
            {
                ["iss"] = client, ["sub"] = client, ["aud"] = Provider.Issuer, ["jti"] = Guid.NewGuid().ToString(), ["iat"] = now.ToUnixTimeSeconds(),
                ["exp"] = now.AddMinutes(1).ToUnixTimeSeconds(),
            },
            changes, now);
    }

    private string Proof(string method, string path, IEnumerable<string> changes)
    {
        var now = strict.Provider.Clock.Now;
        return strict.Key.Write(
            new JsonObject { ["typ"] = "dpop+jwt", ["alg"] = "ES256", ["jwk"] = strict.Key.Jwk },
            new JsonObject
            {
                ["jti"] = Guid.NewGuid().ToString(), ["htm"] = method, ["htu"] = Provider.Issuer + path, ["iat"] = now.ToUnixTimeSeconds(),
                ["nonce"] = strict.Provider.Services.GetRequiredService<DpopNonces>().Current,
            },
            changes, now);
    }

    private async Task<JsonElement> KeptAsync(string client)
    {
        if (tokens.TryGetValue(client, out var kept)) return kept;
        return tokens[client] = await RedeemAsync(client, await CodeAsync(client, []));
    }

    private static string Request(string client, IEnumerable<string> changes)
    {
        var parameters = Provider.Request(client);
        if (client == "native") parameters["redirect_uri"] = StrictProvider.Registered[1];
        foreach (var change in changes)
        {
            if (change[0] == '-') parameters.Remove(change[1..]);
            else parameters[change.Split('=')[0]] = change.Split('=')[1].Replace('+', ' ');
        }

        return string.Join('&', parameters.Select(p => p.Key + "=" + Uri.EscapeDataString(p.Value!)));
    }

    private async Task<string> PushAsync(string client, IEnumerable<string> changes) =>
        (await PostAsync("/connect/par", Request(client, changes), client)).GetProperty("request_uri").GetString()!;

    private async Task<string> CodeAsync(string client, IEnumerable<string> changes)
    {
        var query = client is "strict" or "pushing"
            ? $"client_id={client}&request_uri=" + Uri.EscapeDataString(await PushAsync(client, changes))
            : Request(client, changes);
        var answer = await strict.SendAsync(new RawRequest("GET", "/connect/authorize") { Query = query, Headers = [new("Cookie", strict.Cookie)] });
        return Provider.Query(new Uri(answer.Location!), "code") ?? throw new AssertionException("No code: " + answer);
    }

    private Task<JsonElement> RedeemAsync(string client, string code) => PostAsync(
        "/connect/token",
        $"grant_type=authorization_code&code={code}&redirect_uri={Uri.EscapeDataString(client == "native" ? StrictProvider.Registered[1] : Provider.RedirectUri)}"
        + (client == "optional" ? "" : "&code_verifier=" + Provider.Verifier),
        client);

    private async Task<JsonElement> PostAsync(string path, string form, string client)
    {
        var answer = await SendAsync(path, form, client);
        if (answer.Status is not (200 or 201)) throw new AssertionException($"{path} {form}: {answer}");
        return JsonElement.Parse(answer.Body);
    }

    private Task<RawAnswer> SendAsync(string path, string form, string client)
    {
        List<KeyValuePair<string, string>> headers = [];
        if (Signing.Contains(client)) form += $"&client_assertion_type={Uri.EscapeDataString(AssertionType)}&client_assertion={Assertion(client, [])}";
        else if (Public.Contains(client)) form += form.Contains("client_id=", StringComparison.Ordinal) ? "" : "&client_id=" + client;
        else if (client == "post") form += (form.Contains("client_id=", StringComparison.Ordinal) ? "" : "&client_id=post") + "&client_secret=s3cret";
        else headers.Add(new("Authorization", "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes(client + ":s3cret"))));
        if (client is "strict" or "bound") headers.Add(new("DPoP", Proof("POST", path, [])));
        return strict.SendAsync(new RawRequest("POST", path) { Body = Encoding.ASCII.GetBytes(form), ContentType = "application/x-www-form-urlencoded", Headers = headers });
    }

    private async Task<byte[]> ServerKeyAsync(string algorithm)
    {
        var answer = await strict.SendAsync(new RawRequest("GET", "/.well-known/jwks"));
        var jwk = JsonElement.Parse(answer.Body).GetProperty("keys").EnumerateArray().First(k => k.GetProperty("alg").GetString() == algorithm);
        byte[] D(string name) => Base64Url.DecodeFromChars(jwk.GetProperty(name).GetString());
        if (algorithm == "RS256")
        {
            using var rsa = RSA.Create(new RSAParameters { Modulus = D("n"), Exponent = D("e") });
            return rsa.ExportSubjectPublicKeyInfo();
        }

        using var ec = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = D("x"), Y = D("y") } });
        return ec.ExportSubjectPublicKeyInfo();
    }
}
