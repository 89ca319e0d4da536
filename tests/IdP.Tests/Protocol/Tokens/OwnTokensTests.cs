using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IdP.Protocol;
using IdP.Protocol.Tokens;
using IdP.Storage;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Keys;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace IdP.Tests.Protocol.Tokens;

/// <summary>What we sign, an independent library accepts; what we did not sign, we refuse.</summary>
internal sealed class OwnTokensTests
{
    private const string Issuer = "https://idp.example";

    private readonly MasterKeys masterKeys = new([new byte[32]]);
    private readonly KeyRing keys;
    private readonly OwnTokens tokens;
    private readonly CatalogSnapshot catalog;

    public OwnTokensTests()
    {
        keys = new KeyRing(masterKeys, TimeProvider.System);
        tokens = new OwnTokens(keys, new ProtocolOptions { Issuer = Issuer });
        catalog = Snapshot(NewKey("RS256"), NewKey("ES256"));
    }

    [TestCase("RS256")]
    [TestCase("ES256")]
    public async Task An_independent_library_verifies_it_with_the_published_key(string algorithm)
    {
        var token = Write(algorithm);

        var jwks = JwtWriter.Json(keys.Published(catalog), static (json, published) =>
        {
            json.WriteStartArray("keys");
            foreach (var key in published) key.WriteJwk(json);
            json.WriteEndArray();
        });
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKeys = new JsonWebKeySet(Encoding.UTF8.GetString(jwks)).GetSigningKeys(),
            ValidAlgorithms = [algorithm], ValidIssuer = Issuer, ValidAudience = "client", ValidTypes = ["at+jwt"], TryAllIssuerSigningKeys = false,
        });
        Assert.That(result.IsValid, Is.True, result.Exception?.Message);
        Assert.That(result.Claims["sub"], Is.EqualTo("quo\"te\u2028ü"));
    }

    [TestCase("RS256")]
    [TestCase("ES256")]
    public void We_read_it_too(string algorithm)
    {
        var payload = tokens.Read(catalog, Write(algorithm), "at+jwt");

        Assert.That(OwnTokens.Text(payload!.Value, "sub"), Is.EqualTo("quo\"te\u2028ü"));
    }

    [Test]
    public void What_was_verified_once_is_judged_again_but_for_its_signature()
    {
        var token = Write("ES256");
        Assert.That(tokens.Read(catalog, token, "at+jwt"), Is.Not.Null);

        Assert.That(tokens.Read(catalog, token, "at+jwt"), Is.Not.Null);
        Refuses(token, type: "JWT");
        Assert.That(tokens.Read(Snapshot(NewKey("ES256")), token, "at+jwt"), Is.Null, "its key is gone");
    }

    [TestCase("RS256")]
    [TestCase("ES256")]
    public void The_kid_is_the_thumbprint(string algorithm)
    {
        var written = JwtWriter.Json(keys.Signer(catalog, algorithm), static (json, key) =>
        {
            json.WritePropertyName("jwk");
            key.WriteJwk(json);
        });
        var jwk = new JsonWebKey(JsonElement.Parse(written).GetProperty("jwk").GetRawText());

        Assert.That(Base64UrlEncoder.Encode(jwk.ComputeJwkThumbprint()), Is.EqualTo(jwk.Kid));
    }

    [Test]
    public void A_token_of_another_type_is_refused() => Refuses(Write("ES256"), type: "JWT");

    [Test]
    public void A_token_of_another_issuer_is_refused() => Refuses(Write("ES256", issuer: "https://evil.example"));

    [Test]
    public void Anything_changed_is_refused([Range(0, 300, 7)] int at)
    {
        // The whole one is known by then.
        var token = Write("ES256");
        Assert.That(tokens.Read(catalog, token, "at+jwt"), Is.Not.Null);
        var changed = token.ToCharArray();
        changed[at % token.Length] = changed[at % token.Length] == 'A' ? 'B' : 'A';

        Refuses(new string(changed));
    }

    [TestCase("""{"alg":"none","kid":"KID","typ":"at+jwt"}""")]
    [TestCase("""{"alg":"HS256","kid":"KID","typ":"at+jwt"}""")]
    [TestCase("""{"alg":"RS256","kid":"KID","typ":"at+jwt"}""")]
    [TestCase("""{"alg":"es256","kid":"KID","typ":"at+jwt"}""")]
    [TestCase("""{"alg":"ES256","typ":"at+jwt"}""")]
    [TestCase("""{"alg":"ES256","kid":"other","typ":"at+jwt"}""")]
    [TestCase("""{"alg":"ES256","kid":"KID"}""")]
    [TestCase("""{"alg":"ES256","kid":"KID","typ":"at+jwt","crit":["exp"]}""")]
    [TestCase("""{"alg":"ES256","kid":["KID"],"typ":"at+jwt"}""")]
    [TestCase("""["ES256"]""")]
    [TestCase("not json")]
    public void A_header_that_we_do_not_write_is_refused_even_when_signed(string header)
    {
        // Signed by the true key, so that only the header can be the reason.
        var key = keys.Signer(catalog, "ES256");
        var payload = Write("ES256").Split('.')[1];
        var data = $"{Encode(header.Replace("KID", key.Kid, StringComparison.Ordinal))}.{payload}";
        var signature = new byte[ImportedKey.LargestSignature];
        var size = key.Sign(Encoding.ASCII.GetBytes(data), signature);

        Refuses($"{data}.{Base64Url.EncodeToString(signature.AsSpan(0, size))}");
        Refuses($"{data}.");
    }

    [TestCase("")]
    [TestCase(".")]
    [TestCase("..")]
    [TestCase("a.b.c")]
    [TestCase("a.b.c.d")]
    [TestCase("a.b.c.d.e")]
    [TestCase("\u00fc.b.c")]
    public void What_is_no_token_is_refused(string text) => Refuses(text);

    [Test]
    public void A_key_that_was_removed_verifies_no_more()
    {
        var token = Write("ES256");
        foreach (var key in catalog.SigningKeys) key.RemovedAt = DateTimeOffset.UnixEpoch;

        Refuses(token);
        foreach (var key in catalog.SigningKeys) key.RemovedAt = null;
    }

    private void Refuses(string token, string type = "at+jwt") => Assert.That(tokens.Read(catalog, token, type), Is.Null);

    private string Write(string algorithm, string issuer = Issuer) => JwtWriter.Write(keys.Signer(catalog, algorithm), "at+jwt", issuer, static (json, iss) =>
    {
        json.WriteString("iss", iss);
        json.WriteString("aud", "client");
        json.WriteString("sub", "quo\"te\u2028ü");
        json.WriteNumber("exp", 4102444800);
    });

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private SigningKey NewKey(string algorithm)
    {
        using var ec = algorithm == "ES256" ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : null;
        using var rsa = algorithm == "RS256" ? RSA.Create(2048) : null;
        var kid = ImportedKey.Thumbprint(ec, rsa);
        var pkcs8 = ec?.ExportPkcs8PrivateKey() ?? rsa!.ExportPkcs8PrivateKey();
        return new SigningKey { Kid = kid, Algorithm = algorithm, ProtectedPrivateKey = masterKeys.Protect(pkcs8, SigningKeys.Purpose + kid, new RandomSource()) };
    }

    private static CatalogSnapshot Snapshot(params SigningKey[] signingKeys) => new(
        1, FrozenDictionary<string, Client>.Empty, Array.Empty<ClientSecret>().ToLookup(s => s.ClientId), FrozenDictionary<(string, string), ResourcePolicyRow>.Empty,
        FrozenDictionary<string, string>.Empty, signingKeys, FrozenDictionary<string, ApiResource>.Empty,
        FrozenDictionary<string, IdP.Storage.Users.Group>.Empty);
}
