using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.Users;
using IdP.Server.Mail;

namespace IdP.Server.Admin.Mails;

/// <summary><c>/api/v1/mail</c>: the words of the mails, and what was sent.</summary>
internal static class MailApi
{
    /// <param name="When">When it is sent.</param>
    /// <param name="Placeholders">What its words may name in braces.</param>
    /// <param name="ChangedAt">When an admin changed it; null: it is the shipped one.</param>
    public sealed record Template(string Kind, string Language, string When, IReadOnlyList<string> Placeholders, string Subject, string Text, DateTimeOffset? ChangedAt)
    {
        public static Template Of(MailTemplates.Found found) => new(
            found.Kind.Name, found.Language, found.Kind.When, [.. found.Kind.Placeholders], found.Words.Subject, found.Words.Text, found.UpdatedAt);
    }

    public sealed record Patch(string? Subject = null, string? Text = null, string? Reason = null);

    /// <param name="Queued">It is tried again at once.</param>
    public sealed record Retried(string Id, bool Queued);

    /// <param name="To">To which address; that of the token's owner when missing.</param>
    /// <param name="Kind">Which mail, with made-up facts; the one that is for tests when missing.</param>
    /// <param name="Language">The organisation's when missing.</param>
    public sealed record Test(string? To = null, string? Kind = null, string? Language = null);

    /// <param name="Sent">The mail server took it.</param>
    public sealed record Tested(string To, bool Sent);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/mail/templates", async (ApiRequest request) =>
        {
            var all = (await request.Get<MailTemplates>().AllAsync(request.Ct)).Select(Template.Of).OrderBy(Key, StringComparer.Ordinal);
            return ApiRequest.Json(ApiPage.Of(all, request.Page(), Key));
        }).Needs(Right.MailRead).Produces<ApiPage<Template>>().Pages("mail and language, as E1/en");
        api.MapGet("/mail/templates/{kind}/{language}", ShowAsync).Needs(Right.MailRead).Produces<Template>();
        api.MapPatch("/mail/templates/{kind}/{language}", SetAsync).Needs(Right.MailWrite).Accepts<Patch>("application/json").Produces<Template>()
            .Refuses(StatusCodes.Status409Conflict).Conditional();
        api.MapDelete("/mail/templates/{kind}/{language}", ResetAsync).Needs(Right.MailWrite).Produces(StatusCodes.Status204NoContent).Conditional().Explains();
        api.MapPost("/mail/test", TestAsync).Needs(Right.MailWrite).Accepts<Test>(isOptional: true, "application/json").Produces<Tested>()
            .Refuses(StatusCodes.Status409Conflict).Refuses(StatusCodes.Status502BadGateway);
        api.MapGet("/mail/outbox", OutboxAsync).Needs(Right.MailRead).Produces<ApiPage<ListOutbox.Mail>>()
            .Takes("failed", "true: those that were given up, and those that wait after a failure.", Flags).Pages("mail id");
        api.MapPost("/mail/outbox/{id}/retry", RetryAsync).Needs(Right.MailWrite).Produces<Retried>().Refuses(StatusCodes.Status409Conflict);
    }

    private static readonly string[] Flags = ["true", "false"];

    private static ApiProblem NoSuch => ApiProblem.NotFound("such mail, or it has no words in this language");

    private static string Key(Template template) => $"{template.Kind}/{template.Language}";

    private static async Task<Template?> FindAsync(ApiRequest request, string kind, string language) =>
        MailKinds.Find(kind) is { } known && await request.Get<MailTemplates>().GetAsync(known, language, request.Ct) is { } found ? Template.Of(found) : null;

    private static async Task<IResult> ShowAsync(ApiRequest request, string kind, string language) =>
        await FindAsync(request, kind, language) is { } template ? request.One(template) : NoSuch;

    private static async Task<IResult> SetAsync(ApiRequest request, string kind, string language)
    {
        var body = await request.BodyAsync<Patch>();
        var outcome = await request.Get<SetMailTemplate>().HandleAsync(
            new(kind, language, body.Subject, body.Text, body.Reason ?? ApiRequest.DefaultReason) { IfMatch = request.IfMatch }, request.Actor, request.Ct);
        return outcome switch
        {
            SetMailTemplate.Outcome.NoSuchMail => NoSuch,
            SetMailTemplate.Outcome.GiveBoth => ApiProblem.Conflict("giveBoth", "The mail has no words in this language yet. Send subject and text."),
            _ => await ShowAsync(request, kind, language),
        };
    }

    private static async Task<IResult> ResetAsync(ApiRequest request, string kind, string language) =>
        await request.Get<ResetMailTemplate>().HandleAsync(new(kind, language, request.Query("reason") ?? ApiRequest.DefaultReason) { IfMatch = request.IfMatch }, request.Actor, request.Ct) switch
        {
            ResetMailTemplate.Outcome.NoSuchMail => NoSuch,
            // Nothing to do is done: the shipped words hold.
            _ => Results.NoContent(),
        };

    private static async Task<IResult> OutboxAsync(ApiRequest request)
    {
        var (limit, after) = request.Page();
        var mails = await request.Get<ListOutbox>().HandleAsync(request.Choice("failed", Flags) == "true", limit + 1, after, request.Ct);
        return ApiRequest.Json(mails.Count > limit ? new ApiPage<ListOutbox.Mail>([.. mails.Take(limit)], mails[limit - 1].Id) : new ApiPage<ListOutbox.Mail>(mails, null));
    }

    private static async Task<IResult> TestAsync(ApiRequest request)
    {
        var body = await request.OptionalBodyAsync<Test>();
        if (body.To is not null && !UserPatch.IsAddress(body.To)) throw new ApiInputException("to", "must be an address such as maya@example.com.");
        if (body.Language is not null && !MailTemplates.IsLanguage(body.Language)) throw new ApiInputException("language", "must be a language tag such as en or de.");
        if (body.Kind is not null && MailKinds.Find(body.Kind) is null) throw new ApiInputException("kind", $"must be one of {string.Join(", ", MailKinds.All.Select(k => k.Name))}.");
        if ((body.To ?? await AddressAsync(request)) is not { } to) return ApiProblem.Conflict("noAddress", "You have no e-mail address. Say to whom.");
        return await request.Get<SendTestMail>().HandleAsync(to, body.Language, request.Actor, request.Ct, body.Kind is null ? null : MailKinds.Find(body.Kind)) switch
        {
            SendTestMail.Outcome.NoServer => ApiProblem.Conflict("noServer", "There is no mail server. Set IdP:Mail:Host."),
            SendTestMail.Outcome.NotSent failed => new ApiProblem(StatusCodes.Status502BadGateway, "notSent", $"The mail server did not take it: {failed.Error}"),
            _ => ApiRequest.Json(new Tested(to, Sent: true)),
        };
    }

    private static async Task<string?> AddressAsync(ApiRequest request) =>
        request.Actor.UserId is { } id && await request.Get<ShowUser>().HandleAsync(id, request.Ct) is { Email: { Length: > 0 } own } ? own : null;

    private static async Task<IResult> RetryAsync(ApiRequest request, string id) => await request.Get<RetryMail>().HandleAsync(id, request.Actor, request.Ct) switch
    {
        RetryMail.Outcome.Queued => ApiRequest.Json(new Retried(id, Queued: true)),
        RetryMail.Outcome.SentBefore => ApiProblem.Conflict("sentBefore", "It was sent."),
        RetryMail.Outcome.NoAddress => ApiProblem.Conflict("noAddress", "The person had no e-mail address when it was written."),
        RetryMail.Outcome.WordsGone => ApiProblem.Conflict("wordsGone", "It held a code, whose time is over."),
        RetryMail.Outcome.NoServer => ApiProblem.Conflict("noServer", "There is no mail server. Whoever runs this server sets IdP:Mail:Host."),
        _ => ApiProblem.NotFound("such mail"),
    };
}
