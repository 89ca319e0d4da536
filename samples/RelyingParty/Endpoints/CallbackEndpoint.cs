using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Samples.RelyingParty.Pages;
using Samples.RelyingParty.Provider;
using Samples.RelyingParty.Sessions;
using Samples.RelyingParty.SignIn;
using Samples.RelyingParty.Tokens;

namespace Samples.RelyingParty.Endpoints;

/// <summary>
/// Receives the provider's answer and, when all of it holds, begins a session. OIDC Core §3.1.2.5 onwards.
/// </summary>
internal static class CallbackEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/callback", HandleAsync);

    private static async Task<IResult> HandleAsync(HttpContext http, PendingSignIns pending, ProviderDocuments provider,
        TokenEndpoint endpoint, IdTokens idTokens, SessionStart start, Layout layout, CancellationToken ct)
    {
        // State comes first: an answer nobody here asked for is not even read.
        if (pending.Take(http, Single(http, "state")) is not { } signIn) return NotStartedHere(layout);

        var metadata = await provider.GetMetadataAsync(ct);
        if (!IsFrom(metadata, http)) return NotStartedHere(layout);
        if (Single(http, "error") is { } error) return layout.Refused(error, Single(http, "error_description"));
        if (Single(http, "code") is not { } code) return NotStartedHere(layout);

        var answer = await endpoint.RedeemCodeAsync(code, signIn.CodeVerifier, ct);
        if (answer is TokenAnswer.Refused refused) return layout.Refused(refused.Error, refused.Description);

        var tokens = ((TokenAnswer.Issued)answer).Tokens;
        var claims = await idTokens.AcceptAsync(tokens, signIn.Nonce, ct);
        await start.BeginAsync(http, tokens, claims, signIn, ct);
        return Results.Redirect(signIn.ReturnTo ?? "/");
    }

    // RFC 9207 §2.4: the issuer in the answer keeps one provider from passing off its answer as another's.
    private static bool IsFrom(ProviderMetadata metadata, HttpContext http) =>
        http.Request.Query.ContainsKey("iss") ? Single(http, "iss") == metadata.Issuer : !metadata.SendsIssuer;

    // RFC 6749 §3.1: no parameter comes twice, so one that does counts as absent.
    private static string? Single(HttpContext http, string name) =>
        http.Request.Query[name] is { Count: 1 } values ? values[0] : null;

    private static IResult NotStartedHere(Layout layout) => layout.Message(
        "This sign-in cannot be finished",
        "It was started too long ago, in another browser, or it was finished already. Please sign in again.",
        StatusCodes.Status400BadRequest);
}
