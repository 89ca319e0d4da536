using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using IdP.Storage.Clients;
using IdP.Testing;

namespace IdP.Tests.Protocol;

/// <summary>A client library that knows nothing of this code walks through the profile.</summary>
internal sealed class Fapi2PeerTests
{
    [TestCase("ES256")]
    [TestCase("PS256")]
    public async Task An_independent_client_library_gets_through(string alg)
    {
        Requires.Node();
        await using var provider = await Provider.ListenAsync();
        var (jwk, jwks) = Keys(alg);
        await provider.AddAsync(new Client
        {
            ClientId = "strict", DisplayName = "strict", Profile = "fapi2", TokenEndpointAuthMethod = "private_key_jwt", Jwks = jwks,
            RedirectUris = [Provider.RedirectUri], GrantTypes = ["authorization_code", "refresh_token"], Scopes = ["openid", "offline_access"],
        });
        await provider.SignInAsync();
        var issuer = provider.Http.BaseAddress!.AbsoluteUri.TrimEnd('/');
        var cookie = provider.Http.DefaultRequestHeaders.GetValues("Cookie").Single();

        var result = await NodeScript.RunAsync("fapi2.mjs", issuer, "strict", jwk, alg, Provider.RedirectUri, cookie, Provider.UserId);

        // openid-client reports the token type in lower case.
        Assert.That(result.Succeeded().Trim(), Is.EqualTo($"address client_id,request_uri; token dpop; userinfo {Provider.UserId}; refreshed dpop; bound True").IgnoreCase);
    }

    private static (string Private, string Public) Keys(string alg)
    {
        Dictionary<string, string> key = new() { ["kid"] = "k1", ["use"] = "sig" }, whole;
        if (alg == "ES256")
        {
            using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var p = ec.ExportParameters(true);
            (key["kty"], key["crv"], key["x"], key["y"]) = ("EC", "P-256", E(p.Q.X!), E(p.Q.Y!));
            whole = new(key) { ["d"] = E(p.D!) };
        }
        else
        {
            using var rsa = RSA.Create(2048);
            var p = rsa.ExportParameters(true);
            (key["kty"], key["n"], key["e"]) = ("RSA", E(p.Modulus!), E(p.Exponent!));
            whole = new(key) { ["d"] = E(p.D!), ["p"] = E(p.P!), ["q"] = E(p.Q!), ["dp"] = E(p.DP!), ["dq"] = E(p.DQ!), ["qi"] = E(p.InverseQ!) };
        }

        return (JsonSerializer.Serialize(whole), JsonSerializer.Serialize(new { keys = new[] { key } }));
        static string E(byte[] bytes) => Base64Url.EncodeToString(bytes);
    }
}
