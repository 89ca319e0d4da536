using System.Net;
using System.Text.Json;
using IdP.Server.Admin.Clients;
using IdP.Testing;

namespace IdP.Tests.Server.Console;

/// <summary>Applications through the API.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class ClientApiTests(TestDatabaseKind kind) : ConsoleFixture(kind)
{
    private static readonly string[] Code = ["authorization_code"];
    private static readonly string[] Callback = ["https://payroll.example/callback"];

    protected override IEnumerable<object> Apps => [App("notes", "notRequired"), App("guarded", "required"), App("spa", "notRequired", method: "none")];

    [Test]
    public async Task An_application_is_registered_with_a_secret_shown_once_changed_and_removed()
    {
        var added = await ApiAsync(ClientAdmin, HttpMethod.Post, "/clients",
            new { clientId = "payroll", grantTypes = Code, redirectUris = Callback, scopes = new[] { "openid" }, identityVerification = "required" });
        Assert.That(added.Status, Is.EqualTo(HttpStatusCode.Created), $"{added}");
        var secret = added.JsonString("clientSecret")!;
        Assert.That(secret, Has.Length.EqualTo(43));

        var shown = await ApiAsync(Auditor, HttpMethod.Get, "/clients/payroll");
        Assert.That(shown.Body, Does.Not.Contain(secret).And.Not.Contain("sha256"));
        Assert.That(shown.Json.GetProperty("identityVerification").GetString(), Is.EqualTo("required"));
        AssertProblem(await ApiAsync(ClientAdmin, HttpMethod.Post, "/clients", new { clientId = "payroll", grantTypes = Code, redirectUris = Callback }), HttpStatusCode.Conflict, "clientIdTaken");

        var changed = await ApiAsync(ClientAdmin, HttpMethod.Patch, "/clients/payroll", new { identityVerification = "notRequired", description = "Salaries" }, shown.Header("ETag"));
        Assert.That(changed.Status, Is.EqualTo(HttpStatusCode.OK), $"{changed}");
        var weaker = changed.Json.GetProperty("changes").EnumerateArray().Select(c => c.GetProperty("weaker").GetString()).OfType<string>().ToList();
        Assert.That(weaker, Has.Count.EqualTo(1), $"{changed}");
        Assert.That(changed.Json.GetProperty("client").GetProperty("redirectUris")[0].GetString(), Is.EqualTo(Callback[0]), "A missing field keeps its value.");
        AssertProblem(await ApiAsync(ClientAdmin, HttpMethod.Patch, "/clients/payroll", new { description = "x" }, shown.Header("ETag")), HttpStatusCode.PreconditionFailed, "changedMeanwhile");

        var rotated = await ApiAsync(ClientAdmin, HttpMethod.Post, "/clients/payroll/rotate-secret", new { overlapHours = 2 });
        Assert.That(rotated.JsonString("clientSecret"), Has.Length.EqualTo(43).And.Not.EqualTo(secret));
        Assert.That(rotated.Json.GetProperty("oldValidUntil").GetDateTimeOffset(), Is.EqualTo(DateTimeOffset.UtcNow.AddHours(2)).Within(TimeSpan.FromMinutes(2)));
        Assert.That((await ApiAsync(ClientAdmin, HttpMethod.Get, "/clients/payroll")).Json.GetProperty("secrets").GetArrayLength(), Is.EqualTo(2));

        Assert.That((await ApiAsync(ClientAdmin, HttpMethod.Delete, "/clients/payroll", ifMatch: "*")).Status, Is.EqualTo(HttpStatusCode.NoContent));
        AssertProblem(await ApiAsync(ClientAdmin, HttpMethod.Get, "/clients/payroll"), HttpStatusCode.NotFound, "notFound");
    }

    [Test]
    public async Task Of_ten_changes_at_once_with_one_etag_one_is_made()
    {
        var seen = (await ApiAsync(Owner, HttpMethod.Get, "/clients/notes")).Header("ETag");

        var races = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => ApiAsync(Owner, HttpMethod.Patch, "/clients/notes", new { description = $"Number {i}" }, seen)));

        Assert.That(races.Count(r => r.Status == HttpStatusCode.OK), Is.EqualTo(1), string.Join('\n', races.Select(r => r.ToString())));
        Assert.That(races.Count(r => r.JsonString("code") == "changedMeanwhile"), Is.EqualTo(9));
    }

    [Test]
    public async Task Every_property_that_can_be_changed_is_a_field_and_is_shown_as_it_was_sent()
    {
        var keys = JsonDocument.Parse("""{"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","kid":"a"}]}""").RootElement;
        var sent = new Dictionary<string, object>
        {
            ["displayName"] = "All of it", ["description"] = "Everything", ["type"] = "confidential", ["redirectUris"] = Callback, ["postLogoutRedirectUris"] = new[] { "https://payroll.example/out" },
            ["backChannelLogoutUri"] = "https://payroll.example/logout", ["grantTypes"] = new[] { "authorization_code", "refresh_token" }, ["scopes"] = new[] { "openid", "profile" },
            ["consent"] = "explicit", ["tokenEndpointAuthMethod"] = "private_key_jwt", ["jwks"] = keys, ["requirePkce"] = true, ["requirePar"] = true, ["dpopBoundAccessTokens"] = true, ["profile"] = "fapi2",
            ["accessTokenFormat"] = "reference", ["idTokenSigningAlg"] = "ES256", ["allowedOrigins"] = new[] { "https://payroll.example" }, ["launchUri"] = "https://payroll.example/",
            ["initiateLoginUri"] = "https://payroll.example/login", ["disabled"] = true, ["identityVerification"] = "always", ["reverifyAfterMinutes"] = 5, ["verificationMethods"] = new[] { "otp" },
            ["enrollmentProof"] = "admin",
        };
        var known = typeof(ClientPatch).GetProperties().Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)).ToList();
        Assert.That(sent.Keys.Except(known), Is.Empty);

        var answer = await ApiAsync(ClientAdmin, HttpMethod.Post, "/clients", new Dictionary<string, object>(sent) { ["clientId"] = "all" });

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Created), $"{answer}");
        Assert.That(answer.Json.GetProperty("clientSecret").ValueKind, Is.EqualTo(JsonValueKind.Null), "It proves itself by a key.");
        var client = answer.Json.GetProperty("client");
        foreach (var (name, value) in sent)
            Assert.That(JsonElement.DeepEquals(client.GetProperty(name), JsonSerializer.SerializeToElement(value)), Is.True, $"{name}: {client.GetProperty(name)}");

        var emptied = await ApiAsync(ClientAdmin, HttpMethod.Patch, "/clients/all", new { jwks = new { }, profile = "", tokenEndpointAuthMethod = "client_secret_basic", requirePar = false });
        Assert.That(emptied.Json.GetProperty("errors").TryGetProperty("clientSecret", out _), Is.True, $"{emptied}");
    }

    [TestCase("""{"redirectUris":["https://a.example/#x"]}""", "redirectUris[0]")]
    [TestCase("""{"grantTypes":["password"]}""", "grantTypes[0]")]
    [TestCase("""{"identityVerification":"sometimes"}""", "identityVerification")]
    [TestCase("""{"identityVerification":1}""", "identityVerification")]
    [TestCase("""{"reverifyAfterMinutes":-1}""", "reverifyAfterMinutes")]
    [TestCase("""{"jwks":"x"}""", "jwks")]
    [TestCase("""{"jwks":{"keys":[{"kty":"oct","k":"AAAA"}]}}""", "jwks")]
    [TestCase("""{"clientSecret":"aaaaaaaaaaaaaaaaaaaaa"}""", "clientSecret")]
    [TestCase("""{"clientId":"other"}""", "clientId")]
    [TestCase("""{"secrets":[]}""", "secrets")]
    [TestCase("""{"createdAt":"2020-01-01T00:00:00Z"}""", "createdAt")]
    [TestCase("""{"redirectUris":[null]}""", "redirectUris")]
    [TestCase("""{"rules":[null]}""", "rules")]
    [TestCase("""{"rules":[{"identityVerification":"always","networks":[null]}]}""", "rules")]
    [TestCase("""{"scopes":["a b"]}""", "scopes[0]")]
    public async Task A_registration_that_cannot_work_is_answered_by_field(string body, string field)
    {
        var answer = await ApiAsync(ClientAdmin, HttpMethod.Patch, "/clients/guarded", body);

        AssertProblem(answer, HttpStatusCode.BadRequest, "invalid");
        Assert.That(answer.Json.GetProperty("errors").TryGetProperty(field, out _), Is.True, $"{answer}");
    }

    [Test]
    public async Task A_client_without_a_secret_rotates_none()
    {
        AssertProblem(await ApiAsync(ClientAdmin, HttpMethod.Post, "/clients/spa/rotate-secret"), HttpStatusCode.Conflict, "usesNoSecret");
        AssertProblem(await ApiAsync(ClientAdmin, HttpMethod.Post, "/clients/nobody/rotate-secret"), HttpStatusCode.NotFound, "notFound");
        AssertProblem(await ApiAsync(ClientAdmin, HttpMethod.Post, "/clients/guarded/rotate-secret", new { overlapHours = 721 }), HttpStatusCode.BadRequest, "invalid");
        AssertProblem(await ApiAsync(HelpDesk, HttpMethod.Post, "/clients/guarded/rotate-secret"), HttpStatusCode.Forbidden, "forbidden");
    }
}
