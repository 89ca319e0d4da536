using IdP.Server.Admin;
using IdP.Server.Admin.Api;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Configuration;

/// <summary><c>/api/v1/apply</c>: the declarative document as a body.</summary>
internal static class ApplyApi
{
    /// <param name="Applied">Something was changed.</param>
    /// <param name="Differences">What was changed, or in a dry run would be.</param>
    public sealed record Answer(bool Applied, IReadOnlyList<Difference> Differences);

    /// <summary>The document; <c>docs/configuration.md</c> has its fields.</summary>
    public sealed record Document(
        IReadOnlyDictionary<string, object>? Settings = null, IReadOnlyList<object>? Groups = null, IReadOnlyList<object>? Users = null, IReadOnlyList<object>? Clients = null,
        IReadOnlyList<object>? Apis = null, IReadOnlyList<object>? MailTemplates = null);

    private static readonly string[] Flags = ["true", "false"];

    public static void Map(RouteGroupBuilder api) => api.MapPost("/apply", ApplyAsync).Needs(Admin.Access.Right.RolesWrite)
        .Accepts<Document>("application/json").Produces<Answer>()
        .Takes("dryRun", "true: only say what would change.", Flags).Explains()
        .WithMetadata(new RequestSizeLimitAttribute(ApplyDocument.MostBytes));

    private static async Task<IResult> ApplyAsync(ApiRequest request, HttpContext http)
    {
        var (dryRun, reason) = (request.Choice("dryRun", Flags) == "true", request.Query("reason") ?? ApiRequest.DefaultReason);
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, request.Ct);
        // A document that came from elsewhere must not read this host's files and environment.
        var (document, errors) = ApplyDocument.Read(body.ToArray(), folder: "", request.Get<SignInOptions>().Organisation, SentSecrets.None);
        if (document is null) return Refuse(errors);
        var result = await request.Get<DocumentApply>().HandleAsync(document, new ApplyMode(request.Actor, reason, KeepPasswords: false), dryRun, request.Ct);
        return result.Errors.Count > 0 ? Refuse(result.Errors) : ApiRequest.Json(new Answer(!dryRun && result.Differences.Count > 0, result.Differences));
    }

    private static ApiProblem Refuse(IReadOnlyList<DocumentError> errors) => ApiProblem.Field("", "") with
    {
        Errors = errors.GroupBy(e => e.Path).ToDictionary(g => g.Key, g => g.Select(e => e.Problem).ToArray()),
    };
}
