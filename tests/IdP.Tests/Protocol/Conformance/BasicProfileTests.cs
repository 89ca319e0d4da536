using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace IdP.Tests.Protocol.Conformance;

/// <summary>The plan of the basic profile: what a well-behaved client sends. OIDC Core §3.1, §5; docs/conformance.md.</summary>
internal sealed class BasicProfileTests
{
    private const string Everything = "openid profile email address phone";

    private Provider provider = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        provider = await Provider.StartAsync();
        await provider.AddAsync(A("app"));
        await provider.AddAsync(A("post", c => c.TokenEndpointAuthMethod = "client_secret_post"));
        await provider.SignInAsync();
        await provider.Services.GetRequiredService<IdPDatabase>().SaveAsync(async db =>
        {
            var maya = (await db.Users.FindAsync(Provider.UserId))!;
            (maya.Email, maya.NormalizedEmail, maya.EmailVerified, maya.Locale, maya.ZoneInfo) = ("maya@example.com", "MAYA@EXAMPLE.COM", true, "en-GB", "Europe/London");
            maya.Claims = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>("""
                {
                  "given_name": "Maya", "family_name": "Lind", "birthdate": "1990-02-01", "address": { "street_address": "Main Road 1", "country": "NO" },
                  "phone_number": "+47 555 0100", "phone_number_verified": false
                }
                """)!;
        });
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await provider.DisposeAsync();

    [Test]
    public async Task An_ID_token_says_by_whom_for_whom_when_and_in_answer_to_what()
    {
        var tokens = await TokensAsync(("nonce", "n-1"));

        var jwks = await provider.Http.GetStringAsync(new Uri("/.well-known/jwks", UriKind.Relative));
        var read = await new JsonWebTokenHandler().ValidateTokenAsync(tokens["id_token"], new TokenValidationParameters
        {
            IssuerSigningKeys = new JsonWebKeySet(jwks).GetSigningKeys(), ValidAlgorithms = ["RS256"], ValidIssuer = Provider.Issuer, ValidAudience = "app",
            LifetimeValidator = (_, expires, _, _) => expires > provider.Clock.Now.UtcDateTime,
        });
        Assert.That(read.IsValid, Is.True, read.Exception?.Message);
        var token = (JsonWebToken)read.SecurityToken;
        var hash = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(tokens["access_token"]!)).AsSpan(0, 16));
        Assert.That((token.Subject, token.IssuedAt, token.GetPayloadValue<string>("nonce"), token.GetPayloadValue<string>("at_hash")), Is.EqualTo((Provider.UserId, provider.Clock.Now.UtcDateTime, "n-1", hash)));
        Assert.That(token.GetPayloadValue<long>("auth_time"), Is.LessThanOrEqualTo(token.GetPayloadValue<long>("iat")));
        Assert.That(jwks, Does.Contain($"\"kid\":\"{token.Kid}\""));
        Assert.That((tokens["token_type"], int.Parse(tokens["expires_in"]!, null) > 0), Is.EqualTo(("Bearer", true)));
    }

    [Test]
    public async Task Without_a_nonce_there_is_none_in_the_ID_token()
    {
        var token = IdToken(await TokensAsync(("nonce", null)));

        Assert.That(token.TryGetPayloadValue<string>("nonce", out _), Is.False);
    }

    [TestCase("GET")]
    [TestCase("POST")]
    public async Task Userinfo_takes_the_token_in_the_header(string method)
    {
        var token = (await TokensAsync())["access_token"];
        using var request = new HttpRequestMessage(new HttpMethod(method), "/connect/userinfo") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };

        using var response = await provider.Http.SendAsync(request);

        Assert.That((response.StatusCode, response.Content.Headers.ContentType?.MediaType), Is.EqualTo((HttpStatusCode.OK, "application/json")));
        Assert.That((await Answer.ReadAsync(response))["sub"], Is.EqualTo(Provider.UserId));
    }

    [Test]
    public async Task Userinfo_takes_the_token_in_a_form()
    {
        var answer = await provider.PostAsync("/connect/userinfo", [new("access_token", (await TokensAsync())["access_token"])]);

        Assert.That((answer.Status, answer["sub"]), Is.EqualTo((HttpStatusCode.OK, Provider.UserId)));
    }

    [TestCase("openid", "sub")]
    [TestCase("openid profile", "sub name preferred_username given_name family_name birthdate locale zoneinfo updated_at")]
    [TestCase("openid email", "sub email email_verified")]
    [TestCase("openid address", "sub address")]
    [TestCase("openid phone", "sub phone_number phone_number_verified")]
    [TestCase(Everything, "sub name preferred_username given_name family_name birthdate locale zoneinfo updated_at email email_verified address phone_number phone_number_verified")]
    [TestCase("email phone openid", "sub email email_verified phone_number phone_number_verified")]
    public async Task Each_scope_gives_its_claims_at_userinfo_and_no_others(string scope, string claims)
    {
        var tokens = await TokensAsync(("scope", scope));
        var said = await provider.UserInfoAsync("Bearer", tokens["access_token"]!);

        Assert.That(said.Json.EnumerateObject().Select(c => c.Name), Is.EquivalentTo(claims.Split(' ')));
        Assert.That(tokens["scope"]!.Split(' '), Is.EquivalentTo(scope.Split(' ')));
        Assert.That(IdToken(tokens).TryGetPayloadValue<string>("email", out _), Is.False, "§5.4: with an access token they are had at userinfo.");
    }

    [Test]
    public async Task Claims_have_the_types_of_the_standard()
    {
        var said = (await provider.UserInfoAsync("Bearer", (await TokensAsync(("scope", Everything)))["access_token"]!)).Json;

        var kinds = new[] { "email_verified", "phone_number_verified", "address", "updated_at", "birthdate" }.Select(name => said.GetProperty(name).ValueKind);
        Assert.That(kinds, Is.EqualTo([JsonValueKind.True, JsonValueKind.False, JsonValueKind.Object, JsonValueKind.Number, JsonValueKind.String]));
    }

    [TestCase("display", "page")]
    [TestCase("display", "popup")]
    [TestCase("ui_locales", "se")]
    [TestCase("claims_locales", "se")]
    [TestCase("login_hint", "bob@example.com")]
    [TestCase("acr_values", "1 2")]
    [TestCase("max_age", "10000")]
    [TestCase("extra", "foobar")]
    [TestCase("prompt", "none")]
    public async Task A_request_with_it_succeeds(string name, string value)
    {
        var token = IdToken(await TokensAsync((name, value)));

        Assert.That((token.Subject, token.TryGetPayloadValue<long>("auth_time", out _)), Is.EqualTo((Provider.UserId, true)));
    }

    [Test]
    public async Task A_hint_and_no_prompt_give_the_same_person_at_once()
    {
        var first = await TokensAsync();

        var second = IdToken(await TokensAsync(("prompt", "none"), ("id_token_hint", first["id_token"])));

        Assert.That((second.Subject, second.GetPayloadValue<long>("auth_time")), Is.EqualTo((Provider.UserId, IdToken(first).GetPayloadValue<long>("auth_time"))));
    }

    [TestCase("userinfo", true)]
    [TestCase("id_token", false)]
    public async Task A_claim_that_is_asked_for_comes_where_it_was_asked_for(string place, bool atUserInfo)
    {
        var tokens = await TokensAsync(("claims", $$$"""{"{{{place}}}":{"name":{"essential":true},"shoe_size":null}}"""));

        var there = (await provider.UserInfoAsync("Bearer", tokens["access_token"]!))["name"];
        Assert.That((there, IdToken(tokens).TryGetPayloadValue<string>("name", out var inside) ? inside : null), Is.EqualTo(atUserInfo ? ("Maya", (string?)null) : (null, "Maya")));
    }

    [TestCase(0)]
    [TestCase(30)]
    public async Task A_code_shown_again_is_refused_and_what_it_gave_ends(int secondsLater)
    {
        var code = await provider.CodeAsync("app");
        var tokens = await RedeemAsync(code);
        Assert.That((await provider.UserInfoAsync("Bearer", tokens["access_token"]!)).Status, Is.EqualTo(HttpStatusCode.OK));
        provider.Clock.Advance(TimeSpan.FromSeconds(secondsLater));

        var again = await RedeemAsync(code);

        Assert.That((again.Status, again["error"]), Is.EqualTo((HttpStatusCode.BadRequest, "invalid_grant")));
        Assert.That((await provider.UserInfoAsync("Bearer", tokens["access_token"]!))["error"], Is.EqualTo("invalid_token"));
    }

    [Test]
    public async Task A_secret_in_the_form_gets_tokens()
    {
        var answer = await provider.PostAsync("/connect/token", [.. CodeForm(await provider.CodeAsync("post")), new("client_id", "post"), new("client_secret", "s3cret")]);

        Assert.That((answer.Status, IdToken(answer).Audiences.Single()), Is.EqualTo((HttpStatusCode.OK, "post")));
    }

    [Test]
    public async Task A_refresh_gives_new_tokens_about_the_same_sign_in()
    {
        var first = await TokensAsync(("scope", "openid offline_access"), ("nonce", "n-2"));
        provider.Clock.Advance(TimeSpan.FromSeconds(5));

        var second = await provider.PostAsync("/connect/token", [new("grant_type", "refresh_token"), new("refresh_token", first["refresh_token"])], basic: "app:s3cret");

        var (old, token) = (IdToken(first), IdToken(second));
        Assert.That(second["access_token"], Is.Not.EqualTo(first["access_token"]));
        // OIDC Core §12.2.
        Assert.That((token.Issuer, token.Subject, token.Audiences.Single(), token.GetPayloadValue<long>("auth_time")), Is.EqualTo((old.Issuer, old.Subject, "app", old.GetPayloadValue<long>("auth_time"))));
        Assert.That(token.IssuedAt, Is.GreaterThan(old.IssuedAt));
    }

    private static Client A(string id, Action<Client>? change = null)
    {
        var client = new Client
        {
            ClientId = id, DisplayName = id, RedirectUris = [Provider.RedirectUri], GrantTypes = ["authorization_code", "refresh_token"],
            Scopes = [.. Everything.Split(' '), "offline_access"],
        };
        change?.Invoke(client);
        return client;
    }

    private static JsonWebToken IdToken(Answer tokens) => new(tokens["id_token"] ?? throw new AssertionException(tokens.ToString()));

    private static IEnumerable<KeyValuePair<string, string?>> CodeForm(string code) =>
        [new("grant_type", "authorization_code"), new("code", code), new("redirect_uri", Provider.RedirectUri), new("code_verifier", Provider.Verifier)];

    private async Task<Answer> TokensAsync(params (string Name, string? Value)[] changes) => await RedeemAsync(await provider.CodeAsync("app", changes));

    private Task<Answer> RedeemAsync(string code) => provider.PostAsync("/connect/token", CodeForm(code), basic: "app:s3cret");
}
