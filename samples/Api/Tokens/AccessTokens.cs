using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Samples.Api.Tokens;

/// <summary>Decides whether an access token may be believed. RFC 9068 §4.</summary>
internal sealed class AccessTokens(IssuerKeys keys, ApiSettings settings, TimeProvider clock)
{
    // RFC 8725 §3.1: the API names the algorithms it accepts, the token's header only picks one of them. None is
    // symmetric, and "none" is none of them.
    private static readonly string[] Algorithms = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256];

    // §4: the type keeps an ID token, which every client has, from being used as an access token.
    private static readonly string[] Types = ["at+jwt", "application/at+jwt"];

    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    private static readonly JsonWebTokenHandler Handler = new() { MaximumTokenSizeInBytes = 16 * 1024 };

    public async Task<TokenCheck> CheckAsync(string token, CancellationToken ct)
    {
        if (ReadHeader(token) is not { } header) return Bad("it cannot be read");
        // Before the keys: a token that no key could save must not make us ask for keys.
        if (!Algorithms.Contains(header.Alg)) return Bad("an algorithm that is not allowed");
        if (!Types.Contains(header.Typ)) return Bad("it is no access token");
        // RFC 7515 §4.1.11: a header that demands to be understood, and is not, makes the token invalid.
        if (header.TryGetHeaderValue<object>("crit", out _)) return Bad("an extension that this API does not know");

        if (await keys.FindAsync(header.Kid, ct) is not { } found) return new TokenCheck.ProviderAway();
        // RFC 7517 §4.4: a key that names its algorithm is for that one only.
        var usable = found.Where(key => string.IsNullOrEmpty(key.Alg) || key.Alg == header.Alg).ToList();
        if (usable.Count == 0) return Bad("no published key fits its signature");

        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = settings.Authority,
            // The token is for this API and not for another one that the same person uses.
            ValidAudience = settings.Audience,
            ValidAlgorithms = Algorithms,
            ValidTypes = Types,
            IssuerSigningKeys = usable,
            RequireSignedTokens = true,
            LifetimeValidator = (from, until, _, _) => IsLive(from, until, clock.GetUtcNow().UtcDateTime),
        });
        return result.IsValid ? Read((JsonWebToken)result.SecurityToken) : Bad(Reason(result.Exception));
    }

    private static JsonWebToken? ReadHeader(string token)
    {
        try
        {
            return Handler.CanReadToken(token) ? Handler.ReadJsonWebToken(token) : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool IsLive(DateTime? from, DateTime? until, DateTime now) =>
        until is { } end && now < end + Skew && (from is not { } begin || begin - Skew <= now);

    private static TokenCheck Read(JsonWebToken token)
    {
        // §2.2: an access token has them all.
        if (string.IsNullOrEmpty(token.Subject) || Text(token, "client_id") is null || Text(token, "jti") is null)
            return Bad("a claim is missing");
        // RFC 9449 §6: a token that is bound to a key is worth nothing without the proof, which this API does not read.
        if (token.TryGetPayloadValue<object>("cnf", out _)) return Bad("it is bound to a key");
        return new TokenCheck.Good(new Caller(
            token.Subject,
            Text(token, "scope")?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [],
            Text(token, "acr"),
            token.TryGetPayloadValue<long>("auth_time", out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null));
    }

    private static string? Text(JsonWebToken token, string name) =>
        token.TryGetPayloadValue<string>(name, out var value) ? value : null;

    private static TokenCheck.Bad Bad(string why) => new($"The access token is not valid: {why}.");

    // The library's own messages carry the token's content, which does not belong in an answer.
    private static string Reason(Exception failure) => failure switch
    {
        SecurityTokenInvalidLifetimeException => "it has expired",
        SecurityTokenInvalidIssuerException => "it comes from another issuer",
        SecurityTokenInvalidAudienceException => "it is for another API",
        _ => "its signature is wrong",
    };
}

internal abstract record TokenCheck
{
    public sealed record Good(Caller Caller) : TokenCheck;

    /// <param name="Why">A sentence for whoever writes the client.</param>
    public sealed record Bad(string Why) : TokenCheck;

    /// <summary>Nothing can be said of any token: the keys cannot be had.</summary>
    public sealed record ProviderAway : TokenCheck;
}
