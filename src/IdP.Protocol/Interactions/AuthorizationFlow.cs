using IdP.Protocol.Requests;
using IdP.Protocol.Tokens;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Http;

namespace IdP.Protocol.Interactions;

/// <summary>From an authorization request to a code, an error or the next page. OIDC Core §3.1.2.</summary>
internal sealed class AuthorizationFlow(
    Catalog catalog, ParkedRequests parkedRequests, AuthorizationCodes codes, OwnTokens ownTokens, LiveDecisions decisions, ProtocolOptions options)
{
    /// <summary>A request that has just come.</summary>
    public Task<IResult> StartAsync(AuthorizationRequest request, bool posted, CurrentSignIn current) =>
        ContinueAsync(request, new Parking(null, null), posted, current);

    /// <summary>A request that comes back from a page; everything is decided anew.</summary>
    public async Task<IResult> ResumeAsync(string handle, CurrentSignIn current) =>
        await parkedRequests.LoadAsync(handle) is { } stored
            ? await ContinueAsync(stored.ToRequest(), new Parking(handle, stored), posted: false, current)
            : ErrorPages.Show(options, ErrorReasons.Link);

    private async Task<IResult> ContinueAsync(AuthorizationRequest request, Parking parking, bool posted, CurrentSignIn current)
    {
        var snapshot = await catalog.GetAsync();
        if (!snapshot.Clients.TryGetValue(request.ClientId ?? "", out var client) || client.DisabledAt is not null)
        {
            return ErrorPages.Show(options, ErrorReasons.Client);
        }

        if (AuthorizationChecks.CheckRedirectUri(request, client) is not null) return ErrorPages.Show(options, ErrorReasons.RedirectUri);
        if (AuthorizationChecks.Check(request, client) is { } malformed) return await AnswerAsync(request, malformed, parking);
        if (AuthorizationChecks.CheckResource(request, client, snapshot, options.Issuer) is { } badTarget) return await AnswerAsync(request, badTarget, parking);
        if (ReadSubject(request, parking, snapshot) is { } badHint) return await AnswerAsync(request, badHint, parking);

        var who = await current.SessionAsync();
        // The session's cookie is not sent with a form from another site: asked again by a GET, it is.
        if (posted && who is null)
        {
            return await parkedRequests.ParkAsync(request, client, current.Origin) is { } kept
                ? new SeeOther(parkedRequests.ResumeUrl(kept))
                : ErrorPages.Show(options, ErrorReasons.TooMany);
        }

        if (who is not null && parking.Stored?.RefusedById == who.Person.Id)
        {
            await codes.RecordDenialAsync(AuditEvents.ConsentRefused, who, client, "The person did not allow it.", current.Origin);
            return await AnswerAsync(request, OAuthError.AccessDenied("The person did not allow it."), parking);
        }

        return await DecideAsync(request, client, snapshot, who, parking, current.Origin);
    }

    private async Task<IResult> DecideAsync(
        AuthorizationRequest request, Client client, CatalogSnapshot snapshot, SignedIn? who, Parking parking, RequestOrigin origin)
    {
        var startedAt = parking.Stored?.CreatedAt;
        var fresh = parking.Stored is { } stored && who?.State.PasswordFor == stored.Hash;
        if (who is not null && request.Subject is { } subject && subject != who.Person.Id)
        {
            // §3.1.2.1: somebody else is signed in than the client means; whoever insists on it is told so.
            if (fresh) return await AnswerAsync(request, LoginRequired, parking);
            who = null;
        }

        var choose = request.Prompts.HasFlag(Prompts.SelectAccount) && parking.Stored?.AccountChosenAt is null && !fresh;
        var demands = request.Demands(startedAt, parking.Stored?.Hash) with { Address = origin.Address };
        var decision = decisions.Decide(snapshot, snapshot.PolicyOf(client.ClientId), who?.Person, choose ? null : who?.State, demands);
        switch (decision)
        {
            case Decision.SignIn:
                return await PageAsync("/signin", LoginRequired, request, client, parking, origin);
            case Decision.Verify:
                return await PageAsync("/verify", InteractionRequired, request, client, parking, origin);
            case Decision.Enroll:
                return await PageAsync("/enroll", InteractionRequired, request, client, parking, origin);
            case Decision.Locked:
                return await PageAsync("/locked", InteractionRequired, request, client, parking, origin);
            case Decision.Proceed proven when who is not null && Acr.Meets(proven.Acr, request.DemandedAcr):
                return await AllowedAsync(request, client, who, parking)
                    ? await IssueAsync(request, client, who, proven, parking, origin)
                    : await PageAsync("/consent", ConsentRequired, request, client, parking, origin);
            default:
                if (who is not null) await codes.RecordDenialAsync(AuditEvents.SignInDenied, who, client, string.Join(' ', decision.Reasons), origin);
                return await AnswerAsync(request, request.Claims.AcrIsEssential ? AuthorizationChecks.UnmetRequirements : Denied, parking);
        }
    }

    private async Task<IResult> IssueAsync(
        AuthorizationRequest request, Client client, SignedIn who, Decision.Proceed proven, Parking parking, RequestOrigin origin) =>
        await codes.IssueAsync(request, client, who, proven, parking.Stored, origin) is { } code
            ? new AuthorizationResponse(request, options).Code(code)
            : ErrorPages.Show(options, ErrorReasons.Link);

    private async ValueTask<bool> AllowedAsync(AuthorizationRequest request, Client client, SignedIn who, Parking parking)
    {
        if (parking.Stored?.ConsentUserId == who.Person.Id) return true;
        if (request.Prompts.HasFlag(Prompts.Consent)) return false;
        return client.Consent == ConsentType.Implicit || await codes.IsAllowedAsync(who.Person.Id, client.ClientId, request.Scopes);
    }

    private async Task<IResult> PageAsync(string page, OAuthError instead, AuthorizationRequest request, Client client, Parking parking, RequestOrigin origin)
    {
        // §3.1.2.6: with prompt=none no page is shown.
        if (request.Prompts == Prompts.None) return await AnswerAsync(request, instead, parking);
        var handle = parking.Handle ?? await parkedRequests.ParkAsync(request, client, origin);
        return handle is null ? ErrorPages.Show(options, ErrorReasons.TooMany) : new SeeOther($"{options.PathBase}{page}?interaction={handle}");
    }

    private async Task<IResult> AnswerAsync(AuthorizationRequest request, OAuthError error, Parking parking)
    {
        // Answered exactly once, by whatever answer.
        if ((parking.Stored is not null || request.PushedHash is not null) && !await parkedRequests.CompleteAsync(request, parking.Stored))
        {
            return ErrorPages.Show(options, ErrorReasons.Link);
        }

        return new AuthorizationResponse(request, options).Error(error);
    }

    // §3.1.2.1: any ID token that we issued, expired or not. §5.5.1: a sub that is asked for by its value.
    private OAuthError? ReadSubject(AuthorizationRequest request, Parking parking, CatalogSnapshot snapshot)
    {
        request.Subject = parking.Stored?.Subject ?? request.Claims.Subject;
        if (request.IdTokenHint is not { } hint) return null;
        if (ownTokens.Read(snapshot, hint, IdTokens.Type) is not { } payload) return OAuthError.InvalidRequest("The id_token_hint is not an ID token of this server.");
        var hinted = OwnTokens.Text(payload, "sub");
        if (request.Subject is { } named && named != hinted) return LoginRequired;
        request.Subject = hinted;
        return null;
    }

    private static OAuthError LoginRequired { get; } = new("login_required", "The person must sign in.");

    private static OAuthError InteractionRequired { get; } = new("interaction_required", "The person must do something on a page first.");

    private static OAuthError ConsentRequired { get; } = new("consent_required", "The person must allow it first.");

    private static OAuthError Denied { get; } = OAuthError.AccessDenied("The person may not use this application now.");

    private sealed record Parking(string? Handle, StoredInteraction? Stored);
}
