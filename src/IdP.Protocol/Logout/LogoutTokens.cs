using System.Text.Json;
using IdP.Protocol.Tokens;
using IdP.Storage;
using IdP.Storage.Changes;
using IdP.Storage.Clients;

namespace IdP.Protocol.Logout;

/// <summary>Tells an application that a session ended. OpenID Connect Back-Channel Logout 1.0 §2.4.</summary>
internal sealed class LogoutTokens(KeyRing keys, RandomSource random, TimeProvider clock, ProtocolOptions options)
{
    public const string Type = "logout+jwt";

    /// <summary>§4: short, so that it cannot be used later.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    public string Write(CatalogSnapshot catalog, Client client, string userId, string sessionId) => JwtWriter.Write(
        keys.Signer(catalog, Algorithms.For(client, client.IdTokenSigningAlg)), Type, (client.ClientId, userId, sessionId, Now: clock.GetUtcNow(), Id: random.NewId(), options.Issuer),
        static (json, token) =>
        {
            json.WriteString("iss", token.Issuer);
            json.WriteString("aud", token.ClientId);
            json.WriteNumber("iat", token.Now.ToUnixTimeSeconds());
            json.WriteNumber("exp", (token.Now + Lifetime).ToUnixTimeSeconds());
            json.WriteString("jti", token.Id);
            json.WriteString("sub", token.userId);
            json.WriteString("sid", token.sessionId);
            json.WriteStartObject("events");
            json.WriteStartObject("http://schemas.openid.net/event/backchannel-logout");
            json.WriteEndObject();
            json.WriteEndObject();
        });
}
