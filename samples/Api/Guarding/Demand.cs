using Samples.Api.Tokens;

namespace Samples.Api.Guarding;

/// <summary>What an endpoint demands of an access token.</summary>
/// <param name="Scope">What the client must have been allowed.</param>
/// <param name="Acr">The level that the person must have proven: <c>pwd</c>, <c>mfa</c> or <c>phr</c>.</param>
/// <param name="MaxAge">How long ago they may have signed in at most; null: that does not matter.</param>
internal sealed record Demand(string Scope, string Acr, TimeSpan? MaxAge = null)
{
    // From the weakest on: a higher level than the one that is demanded will do.
    private static readonly string[] Levels = ["pwd", "mfa", "phr"];

    // The provider found the sign-in new enough a moment before this API is asked: without this, somebody who is sent
    // there at the last second would come back too late.
    private static readonly TimeSpan Leeway = TimeSpan.FromMinutes(1);

    public bool IsReached(Caller caller) => Array.IndexOf(Levels, caller.Acr) >= Array.IndexOf(Levels, Acr);

    public bool IsRecent(Caller caller, DateTimeOffset now) =>
        MaxAge is not { } maxAge || (caller.AuthTime is { } at && now - at <= maxAge + Leeway);
}
