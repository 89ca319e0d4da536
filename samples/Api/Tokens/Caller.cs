using Microsoft.AspNetCore.Http.Features;

namespace Samples.Api.Tokens;

/// <summary>What an access token says, once it is believed. RFC 9068 §2.2.</summary>
/// <param name="Subject">The person; of a client's own token the client.</param>
/// <param name="Scopes">What the client may do for them here.</param>
/// <param name="Acr">The level that was proven; null: no person signed in for this token.</param>
/// <param name="AuthTime">When the person proved the password, the older of the two proofs; null: nobody did.</param>
internal sealed record Caller(string Subject, IReadOnlyList<string> Scopes, string? Acr, DateTimeOffset? AuthTime)
{
    /// <summary>Whoever passed the guard of this request.</summary>
    public static Caller Of(HttpContext http) => http.Features.GetRequiredFeature<Caller>();
}
