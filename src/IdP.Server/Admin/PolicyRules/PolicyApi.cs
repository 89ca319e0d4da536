using System.Globalization;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Storage.Changes;
using IdP.Storage.Clients;

namespace IdP.Server.Admin.PolicyRules;

/// <summary><c>/api/v1/policies</c> and <c>/api/v1/simulate</c>.</summary>
internal static class PolicyApi
{
    public sealed record Patch(VerificationMode? IdentityVerification = null, int? ReverifyAfterMinutes = null, List<RuleView>? Rules = null, string? Reason = null);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/policies", ListAsync).Needs(Right.PoliciesRead).Produces<ApiPage<ShowPolicy.Policy>>()
            .Takes("search", "Part of a client id or a name.").Pages("kind and id, as client:payroll");
        api.MapGet("/policies/{kind}/{id}", ShowAsync).Needs(Right.PoliciesRead).Produces<ShowPolicy.Policy>();
        api.MapPatch("/policies/{kind}/{id}", (ApiRequest request, string kind, string id) => SetAsync(request, kind, id, SetPolicy.Part.Live)).Needs(Right.PoliciesWrite)
            .Accepts<Patch>("application/json").Produces<ShowPolicy.Policy>().Conditional().Refuses(StatusCodes.Status409Conflict);
        api.MapPatch("/policies/{kind}/{id}/draft", (ApiRequest request, string kind, string id) => SetAsync(request, kind, id, SetPolicy.Part.Draft)).Needs(Right.PoliciesWrite)
            .Accepts<Patch>("application/json").Produces<ShowPolicy.Policy>().Conditional().Refuses(StatusCodes.Status409Conflict);
        api.MapDelete("/policies/{kind}/{id}/draft", (ApiRequest request, string kind, string id) => SetAsync(request, kind, id, SetPolicy.Part.Drop)).Needs(Right.PoliciesWrite)
            .Produces<ShowPolicy.Policy>().Conditional().Explains().Refuses(StatusCodes.Status409Conflict);
        api.MapPost("/policies/{kind}/{id}/publish", (ApiRequest request, string kind, string id) => SetAsync(request, kind, id, SetPolicy.Part.Publish)).Needs(Right.PoliciesWrite)
            .Produces<ShowPolicy.Policy>().Conditional().Explains().Refuses(StatusCodes.Status409Conflict);
        api.MapGet("/simulate", SimulateAsync).Needs(Right.PoliciesRead).Produces<Simulate.Answer>()
            .Takes("person", "User name, address or id; needed.").Takes("resource", "A client id, portal or admin; needed.").Takes("at", "When, in ISO 8601; now when missing.")
            .Takes("address", "From where; not known when missing.").Takes("session", "What is proven already; none when missing.", "none", "password", "verified", "remembered")
            .Takes("minutes", "How long ago it was verified, with the session verified or remembered.").Takes("acr", "The level that the application asks for.").Takes("draft", "By the draft of the policy.", "true", "false");
    }

    private static async Task<IResult> ListAsync(ApiRequest request)
    {
        var policies = await request.Get<ShowPolicy>().ListAsync(request.Query("search"));
        return ApiRequest.Json(ApiPage.Of(policies, request.Page(), p => $"{p.Kind}:{p.Id}"));
    }

    private static async Task<IResult> ShowAsync(ApiRequest request, string kind, string id)
    {
        if (await request.Get<ShowPolicy>().HandleAsync(kind, id) is not { } policy) return ApiProblem.NotFound("such policy");
        if (kind != ResourceKind.Client) return request.One(policy);
        // The tag is of what can be changed, not of what was counted meanwhile.
        return request.One(policy, ETags.Of(SetPolicy.State(ShowPolicy.Row(await request.Get<Catalog>().GetAsync(), id))));
    }

    private static async Task<IResult> SetAsync(ApiRequest request, string kind, string id, SetPolicy.Part part)
    {
        if (kind != ResourceKind.Client)
        {
            return await request.Get<ShowPolicy>().HandleAsync(kind, id) is null
                ? ApiProblem.NotFound("such policy")
                : ApiProblem.Conflict("fixed", kind == ResourceKind.Portal ? "The portal's policy is in the settings." : "The console asks always.");
        }

        var body = part is SetPolicy.Part.Live or SetPolicy.Part.Draft ? await request.BodyAsync<Patch>() : new Patch(Reason: request.Query("reason"));
        var outcome = await request.Get<SetPolicy>().HandleAsync(
            new(id, part, body.IdentityVerification, body.ReverifyAfterMinutes, body.Rules, body.Reason ?? ApiRequest.DefaultReason) { IfMatch = request.IfMatch }, request.Actor, request.Ct);
        return outcome switch
        {
            SetPolicy.Outcome.NoSuchClient => ApiProblem.NotFound("such policy"),
            SetPolicy.Outcome.NoDraft => ApiProblem.Conflict("noDraft", "There is no draft."),
            _ => await ShowAsync(request, kind, id),
        };
    }

    private static async Task<IResult> SimulateAsync(ApiRequest request)
    {
        var session = request.Query("session") ?? "none";
        if (!Enum.TryParse<SimulatedSession>(session, ignoreCase: true, out var holds) || !Enum.IsDefined(holds) || char.IsAsciiDigit(session[0]))
            throw new ApiInputException("session", "must be none, password, verified or remembered.");
        var at = request.Query("at");
        DateTimeOffset time = default;
        if (at is not null && !DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time)) throw new ApiInputException("at", "must be a time such as 2026-12-01T09:00:00Z.");
        var minutes = 0;
        if (request.Query("minutes") is { } ago && !int.TryParse(ago, NumberStyles.None, CultureInfo.InvariantCulture, out minutes)) throw new ApiInputException("minutes", "must be a whole number.");
        var draft = request.Query("draft") ?? "false";
        if (draft is not ("true" or "false")) throw new ApiInputException("draft", "must be true or false.");
        var outcome = await request.Get<Simulate>().HandleAsync(new(request.Query("person") ?? "", request.Query("resource") ?? "")
        {
            At = at is null ? null : time, Address = request.Query("address"), Session = holds, VerifiedMinutesAgo = minutes, AcrValues = request.Query("acr"), Draft = draft == "true",
        }, request.Actor, request.Ct);
        return outcome switch
        {
            Simulate.Outcome.Answered answered => ApiRequest.Json(answered.Answer),
            Simulate.Outcome.NoSuchPerson => ApiProblem.Field("person", "There is no such person."),
            _ => ApiProblem.Field("resource", "There is no such client."),
        };
    }
}
