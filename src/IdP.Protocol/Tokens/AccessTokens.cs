using System.Text.Json;
using IdP.Protocol.Grants;
using IdP.Storage;

namespace IdP.Protocol.Tokens;

/// <summary>What an access token says; a JWT and the row of a reference token say it alike. RFC 9068 §2.2.</summary>
internal static class AccessTokens
{
    public const string Type = "at+jwt";

    /// <summary>
    /// Begins with the authorization's id, so that a token of a revoked authorization is recognised without a row of
    /// its own; a client's own token has nothing before the point.
    /// </summary>
    public static string NewId(Issuance issuance, RandomSource random) => $"{issuance.Grant?.AuthorizationId}.{random.NewId()}";

    /// <summary>The id of the authorization in a <c>jti</c>; null for a client's own token.</summary>
    public static string? AuthorizationIdOf(string jti) =>
        jti.IndexOf('.', StringComparison.Ordinal) is > 0 and var point ? jti[..point] : null;

    /// <summary>RFC 6750, RFC 9449 §5.</summary>
    public static string TokenType(string? jkt) => jkt is null ? "Bearer" : "DPoP";

    public static void Write(Utf8JsonWriter json, AccessTokenContent token)
    {
        var issuance = token.Issuance;
        json.WriteString("iss", token.Issuer);
        WriteAudience(json, token);
        json.WriteString("sub", issuance.Grant?.Person.Id ?? issuance.Client.ClientId);
        json.WriteString("client_id", issuance.Client.ClientId);
        json.WriteNumber("iat", token.IssuedAt.ToUnixTimeSeconds());
        json.WriteNumber("exp", token.ExpiresAt.ToUnixTimeSeconds());
        json.WriteString("jti", token.Id);
        if (issuance.Jkt is { } jkt)
        {
            // RFC 9449 §6.1
            json.WriteStartObject("cnf");
            json.WriteString("jkt", jkt);
            json.WriteEndObject();
        }

        if (issuance.AccessScopes.Count > 0) json.WriteString("scope", string.Join(' ', issuance.AccessScopes));
        if (issuance is { Grant: { } grant, Proven: { } proven }) WriteProof(json, grant, proven);
    }

    // RFC 9068 §3: the resources that were named; else this server, for UserInfo.
    private static void WriteAudience(Utf8JsonWriter json, AccessTokenContent token)
    {
        if (token.Issuance.Audience is not { Count: > 1 } several)
        {
            json.WriteString("aud", token.Issuance.Audience is [var one] ? one : token.Issuer);
            return;
        }

        json.WriteStartArray("aud");
        foreach (var audience in several) json.WriteStringValue(audience);
        json.WriteEndArray();
    }

    /// <summary>What was proven, and no more. RFC 9068 §2.2.1, OIDC Core §2.</summary>
    public static void WriteProof(Utf8JsonWriter json, SubjectGrant grant, Verification.Decisions.Decision.Proceed proven)
    {
        json.WriteNumber("auth_time", proven.AuthTime.ToUnixTimeSeconds());
        json.WriteString("acr", proven.Acr);
        json.WriteStartArray("amr");
        foreach (var method in proven.Amr) json.WriteStringValue(method);
        json.WriteEndArray();
        if (grant.SessionId is { } sid) json.WriteString("sid", sid);
    }
}

internal readonly record struct AccessTokenContent(Issuance Issuance, string Issuer, string Id, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt);
