using IdP.Verification.Decisions;

namespace IdP.Protocol.Requests;

/// <summary>Values of <c>prompt</c>. OIDC Core §3.1.2.1.</summary>
[Flags]
internal enum Prompts
{
    NotSent = 0,
    None = 1,
    Login = 2,
    Consent = 4,
    SelectAccount = 8,
}

/// <summary>An authorization request, read and not yet checked; <see cref="AuthorizationChecks"/> checks it.</summary>
internal sealed class AuthorizationRequest(Parameters parameters)
{
    public Parameters Parameters => parameters;

    /// <summary>It came from the client itself, authenticated (RFC 9126), and not with the browser.</summary>
    public bool IsPushed { get; init; }

    /// <summary>The row that its answer spends; null: it came with the browser, or is being pushed.</summary>
    public string? PushedHash { get; init; }

    public string? ClientId => parameters["client_id"];

    public string? RedirectUri => parameters["redirect_uri"];

    public string? ResponseType => parameters["response_type"];

    public string? Scope => parameters["scope"];

    public string? State => parameters["state"];

    public string? Nonce => parameters["nonce"];

    public string? CodeChallenge => parameters["code_challenge"];

    public string? CodeChallengeMethod => parameters["code_challenge_method"];

    public string? Prompt => parameters["prompt"];

    public string? MaxAge => parameters["max_age"];

    public string? LoginHint => parameters["login_hint"];

    public string? IdTokenHint => parameters["id_token_hint"];

    public string? UiLocales => parameters["ui_locales"];

    public string? DpopJkt => parameters["dpop_jkt"];

    /// <summary>How the answer travels; also before the checks, so that their errors find the way.</summary>
    public bool FormPost => parameters["response_mode"] == ResponseModes.FormPost;

    // Set by the checks that read them.
    public string[] Scopes { get; set; } = [];

    public Prompts Prompts { get; set; }

    public TimeSpan? MaxAgeLimit { get; set; }

    /// <summary>The APIs that tokens are to be for (RFC 8707); empty: this server alone.</summary>
    public string[] Resources { get; set; } = [];

    /// <summary>The level that one of them demands; null: none.</summary>
    public string? RequiredAcr { get; set; }

    public ClaimsRequest Claims { get; set; } = ClaimsRequest.None;

    /// <summary>The person whom the request is about, by the id_token_hint or the <c>sub</c> claim; null: anybody.</summary>
    public string? Subject { get; set; }

    /// <summary>
    /// The level that the request demands; null: none. <c>acr_values</c> is a wish in order of preference: the first
    /// level that this server reaches counts, an unknown one asks for nothing (OIDC Core §3.1.2.1).
    /// </summary>
    public string? DemandedAcr
    {
        get
        {
            var asked = Claims.AcrValues.Concat(Requests.Scopes.Split(parameters["acr_values"] ?? "")).FirstOrDefault(Acr.Supported.Contains);
            return Acr.Rank(RequiredAcr) > Acr.Rank(asked) ? RequiredAcr : asked;
        }
    }

    /// <param name="startedAt">When the request was parked; null for one that has just come.</param>
    /// <param name="flow">The hash of the parked request; null with the other.</param>
    public RequestDemands Demands(DateTimeOffset? startedAt, string? flow) => new()
    {
        FlowStartedAt = startedAt,
        Flow = flow,
        // A max_age of 0 leaves no age at all, so it asks what prompt=login asks.
        Login = Prompts.HasFlag(Prompts.Login) || MaxAgeLimit == TimeSpan.Zero,
        MaxAge = MaxAgeLimit,
        Acr = DemandedAcr,
    };
}

internal static class ResponseModes
{
    public const string Query = "query";
    public const string FormPost = "form_post";

    public static IReadOnlyList<string> Supported { get; } = [Query, FormPost];
}
