using System.Text.Json;
using IdP.Storage.Clients;

namespace IdP.Tests.Protocol.Conformance;

/// <summary>The plan of the config profile, and what the other plans read in discovery. OIDC Discovery §3, RFC 8414 §2.</summary>
internal sealed class DiscoveryTests
{
    private Provider provider = null!;
    private JsonElement document;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        provider = await Provider.StartAsync();
        await provider.AddAsync(new Client { ClientId = "app", DisplayName = "app", RedirectUris = [Provider.RedirectUri] });
        using var response = await provider.Http.GetAsync(new Uri("/.well-known/openid-configuration", UriKind.Relative));
        Assert.That((response.IsSuccessStatusCode, response.Content.Headers.ContentType?.MediaType), Is.EqualTo((true, "application/json")));
        document = JsonElement.Parse(await response.Content.ReadAsStringAsync());
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await provider.DisposeAsync();

    [Test]
    public void The_issuer_is_where_the_document_was_found_and_every_address_is_https()
    {
        Assert.That(document.GetProperty("issuer").GetString(), Is.EqualTo(Provider.Issuer));
        var addresses = document.EnumerateObject().Where(m => m.Name.EndsWith("_endpoint", StringComparison.Ordinal) || m.Name.EndsWith("_uri", StringComparison.Ordinal)).ToList();
        Assert.That(addresses.Select(m => m.Name), Is.SupersetOf(["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint", "pushed_authorization_request_endpoint"]));
        Assert.That(addresses.Select(m => m.Value.GetString()), Has.All.StartsWith(Provider.Issuer + "/"));
    }

    [TestCase("response_types_supported", "code")]
    [TestCase("subject_types_supported", "public")]
    [TestCase("id_token_signing_alg_values_supported", "RS256")]
    [TestCase("id_token_signing_alg_values_supported", "ES256")]
    [TestCase("scopes_supported", "openid")]
    [TestCase("claims_supported", "sub")]
    [TestCase("grant_types_supported", "authorization_code")]
    [TestCase("response_modes_supported", "query")]
    [TestCase("code_challenge_methods_supported", "S256")]
    [TestCase("token_endpoint_auth_methods_supported", "private_key_jwt")]
    [TestCase("token_endpoint_auth_signing_alg_values_supported", "PS256")]
    [TestCase("dpop_signing_alg_values_supported", "ES256")]
    public void It_lists(string member, string value) => Assert.That(document.GetProperty(member).EnumerateArray().Select(v => v.GetString()), Has.Member(value));

    [TestCase("response_types_supported", "token")]
    [TestCase("grant_types_supported", "password")]
    [TestCase("grant_types_supported", "implicit")]
    [TestCase("code_challenge_methods_supported", "plain")]
    [TestCase("id_token_signing_alg_values_supported", "none")]
    [TestCase("token_endpoint_auth_signing_alg_values_supported", "none")]
    public void It_does_not_list(string member, string value) => Assert.That(document.GetProperty(member).EnumerateArray().Select(v => v.GetString()), Has.No.Member(value));

    [TestCase("claims_parameter_supported", true)]
    [TestCase("authorization_response_iss_parameter_supported", true)]
    [TestCase("backchannel_logout_supported", true)]
    [TestCase("backchannel_logout_session_supported", true)]
    [TestCase("request_parameter_supported", false)]
    [TestCase("request_uri_parameter_supported", false)]
    public void It_says(string member, bool value) => Assert.That(document.GetProperty(member).GetBoolean(), Is.EqualTo(value));

    [Test]
    public async Task Both_documents_are_one()
    {
        var other = await provider.Http.GetStringAsync(new Uri("/.well-known/oauth-authorization-server", UriKind.Relative));

        Assert.That(other, Is.EqualTo(document.GetRawText()));
    }

    [Test]
    public async Task The_keys_are_public_named_and_long_enough()
    {
        var keys = JsonElement.Parse(await provider.Http.GetStringAsync(new Uri("/.well-known/jwks", UriKind.Relative))).GetProperty("keys").EnumerateArray().ToList();

        Assert.That(keys.Select(k => k.GetProperty("kid").GetString()), Is.Unique.And.All.Not.Empty);
        Assert.That(keys.Select(k => k.GetProperty("use").GetString()), Has.All.EqualTo("sig"));
        Assert.That(keys.Select(k => k.GetProperty("kty").GetString()).Distinct(), Is.EquivalentTo(["RSA", "EC"]));
        Assert.That(keys.SelectMany(k => k.EnumerateObject()).Select(m => m.Name), Has.None.AnyOf("d", "p", "q", "dp", "dq", "qi", "k"));
        Assert.That(keys.Where(k => k.TryGetProperty("n", out _)).Select(k => k.GetProperty("n").GetString()!.Length), Has.All.GreaterThanOrEqualTo(342), "2048 bits");
    }
}
