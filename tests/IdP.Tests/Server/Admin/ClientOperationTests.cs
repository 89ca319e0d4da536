using FluentValidation;
using IdP.Server.Admin.Clients;
using IdP.Storage.Clients;
using IdP.Testing;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Server.Admin;

[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class ClientOperationTests(TestDatabaseKind kind) : AdminFixture(kind)
{
    private static readonly ClientPatch Valid = new() { RedirectUris = ["https://app.example/cb"] };

    [Test]
    public async Task A_secret_is_made_and_only_its_hash_is_kept()
    {
        var added = (AddClient.Outcome.Added)await AddAsync(Valid);

        await using var db = Database.CreateContext();
        Assert.That((await db.ClientSecrets.SingleAsync()).Hash, Is.EqualTo("sha256:" + IdP.Storage.Handle.HashOf(added.Secret!)));
    }

    [Test]
    public async Task A_secret_somebody_chose_is_kept_by_a_slow_hash()
    {
        await Get<AddClient>().HandleAsync(new("app", Valid, "a secret somebody chose", Reason), Actor, Ct);

        await using var db = Database.CreateContext();
        Assert.That((await db.ClientSecrets.SingleAsync()).Hash, Does.StartWith("pbkdf2-sha512$"));
    }

    [Test]
    public void A_client_that_cannot_work_is_refused_with_the_property()
    {
        (ClientPatch Properties, string Property)[] cases =
        [
            (new ClientPatch(), "redirectUris"),
            (Valid with { RedirectUris = ["http://app.example/cb"] }, "redirectUris[0]"),
            (Valid with { RedirectUris = ["https://app.example/cb#x"] }, "redirectUris[0]"),
            (Valid with { RedirectUris = ["com.example.app:/cb"] }, "redirectUris[0]"),
            (Valid with { GrantTypes = ["password"] }, "grantTypes[0]"),
            (Valid with { GrantTypes = ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"], Profile = "fapi2" }, "grantTypes"),
            (Valid with { GrantTypes = ["client_credentials"], Type = ClientType.Public }, "grantTypes"),
            (Valid with { Type = ClientType.Public, TokenEndpointAuthMethod = "client_secret_post" }, "tokenEndpointAuthMethod"),
            (Valid with { Type = ClientType.Public, RequirePkce = false }, "requirePkce"),
            (Valid with { TokenEndpointAuthMethod = "none" }, "tokenEndpointAuthMethod"),
            (Valid with { TokenEndpointAuthMethod = "private_key_jwt" }, "jwks"),
            (Valid with { Type = ClientType.Public, Jwks = "no keys" }, "jwks"),
            (Valid with { Type = ClientType.Public, Jwks = """{"keys":[{"kty":"EC","d":"AAAA"}]}""" }, "jwks"),
            (Valid with { Jwks = """{"keys":[{"kty":"RSA","n":"\ud800"}]}""" }, "jwks"),
            (Valid with { Jwks = $$"""{"keys":[{"kty":"RSA","n":{{new string('[', 40)}}{{new string(']', 40)}}}]}""" }, "jwks"),
            (Valid with { IdTokenSigningAlg = "none" }, "idTokenSigningAlg"),
            (Valid with { Scopes = ["a b"] }, "scopes[0]"),
            (Valid with { BackChannelLogoutUri = "http://app.example/out" }, "backChannelLogoutUri"),
            (Valid with { InitiateLoginUri = "http://app.example/begin" }, "initiateLoginUri"),
            (Valid with { InitiateLoginUri = "https://app.example/begin?a=1&%69ss=x" }, "initiateLoginUri"),
            (Valid with { ReverifyAfterMinutes = -1 }, "reverifyAfterMinutes"),
            (Valid with { VerificationMethods = ["passkey", "sms"] }, "verificationMethods[1]"),
            (Valid with { VerificationMethods = ["passkey", "passkey"] }, "verificationMethods[1]"),
            (Valid with { RememberBrowserDays = -1 }, "rememberBrowserDays"),
            (Valid with { RememberBrowserDays = 31 }, "rememberBrowserDays"),
            (Valid with { RememberBrowserDays = 14, IdentityVerification = VerificationMode.Always }, "rememberBrowserDays"),
            (Valid with { RememberBrowserDays = 14, VerificationMethods = ["otp"] }, "rememberBrowserDays"),
            (Valid with { RememberBrowserDays = 14, ReverifyAfterMinutes = 0 }, "rememberBrowserDays"),
        ];

        foreach (var (properties, property) in cases)
        {
            Assert.That(() => AddAsync(properties), Throws.TypeOf<ValidationException>()
                .With.Matches<ValidationException>(e => e!.Errors.Any(f => f.PropertyName == property)), property);
        }
    }

    [Test]
    public async Task Keys_that_cannot_be_read_are_shown_as_none_and_can_be_taken_away()
    {
        await AddAsync(new ClientPatch { Type = ClientType.Public, RedirectUris = ["com.example.app:/cb"] });
        await Get<IdP.Storage.Changes.Catalog>().ChangeAsync(async db => (await db.Clients.SingleAsync()).Jwks = "no keys", Ct);

        Assert.That((await Get<ShowClient>().HandleAsync("app"))!.Jwks, Is.Null);
        Assert.That(await Get<SetClient>().HandleAsync(new("app", new ClientPatch { Jwks = "" }, Reason), Actor, Ct), Is.TypeOf<SetClient.Outcome.Changed>());
        await using var db = Database.CreateContext();
        Assert.That((await db.Clients.SingleAsync()).Jwks, Is.Null);
    }

    [Test]
    public async Task A_public_client_with_a_scheme_of_its_own_gets_no_secret()
    {
        var outcome = await AddAsync(new ClientPatch { Type = ClientType.Public, RedirectUris = ["com.example.app:/cb"] });

        Assert.That(outcome, Is.EqualTo(new AddClient.Outcome.Added(null)));
    }

    [Test]
    public async Task The_old_secret_works_for_the_overlap_and_no_longer()
    {
        await AddAsync(Valid);

        await Get<RotateSecret>().HandleAsync(new("app", 2, Reason), Actor, Ct);

        Assert.That((await SecretsAsync()).Select(s => s.ExpiresAt), Is.EquivalentTo(new DateTimeOffset?[] { Now.AddHours(2), null }));
        Clock.Advance(TimeSpan.FromHours(2));
        Assert.That((await SecretsAsync()).Select(s => s.ExpiresAt), Is.EqualTo(new DateTimeOffset?[] { null }));
    }

    [Test]
    public async Task A_second_rotation_lengthens_no_secret_that_is_going()
    {
        await AddAsync(Valid);
        await Get<RotateSecret>().HandleAsync(new("app", 2, Reason), Actor, Ct);

        await Get<RotateSecret>().HandleAsync(new("app", 48, Reason), Actor, Ct);

        Assert.That((await SecretsAsync()).Min(s => s.ExpiresAt), Is.EqualTo(Now.AddHours(2)));
    }

    [Test]
    public async Task A_change_of_nothing_writes_nothing()
    {
        await AddAsync(Valid);
        var before = await CountAuditAsync();

        var outcome = await Get<SetClient>().HandleAsync(new("app", Valid, Reason), Actor, Ct);

        Assert.That(outcome, Is.TypeOf<SetClient.Outcome.NothingToDo>());
        Assert.That(await CountAuditAsync(), Is.EqualTo(before));
    }

    private Task<AddClient.Outcome> AddAsync(ClientPatch properties) => Get<AddClient>().HandleAsync(new("app", properties, null, Reason), Actor, Ct);

    private async Task<IReadOnlyList<ShowClient.Secret>> SecretsAsync() => (await Get<ShowClient>().HandleAsync("app"))!.Secrets;
}
