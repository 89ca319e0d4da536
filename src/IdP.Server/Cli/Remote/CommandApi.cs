using System.CommandLine;
using System.CommandLine.Parsing;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Configuration;
using IdP.Server.Hosting;
using IdP.Server.Pages;
using IdP.Storage;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Http.Features;

namespace IdP.Server.Cli.Remote;

/// <summary><c>/api/v1/commands</c>: one verb of the command line, run here with the rights of the token.</summary>
internal static class CommandApi
{
    private const int MostArguments = 4096;
    private const int MostRows = 10_000;
    private const int MostCharacters = 128 * 1024;

    // A file of people in Base64, and what stands around it.
    private const int MostBytes = Admin.Users.Import.ImportFile.MostBytes / 3 * 4 + 512 * 1024;

    /// <param name="Arguments">The verb with its arguments and options, as they are typed behind idp.</param>
    /// <param name="Input">What the verb reads from standard input.</param>
    /// <param name="Files">The files that the arguments name.</param>
    /// <param name="FromEnv">What a document names by fromEnv, by the name of the variable.</param>
    /// <param name="FromFile">What a document names by fromFile, by the path that it gives.</param>
    /// <param name="Width">How many characters the caller's terminal has in a line; null: nobody looks at it.</param>
    public sealed record Run(IReadOnlyList<string> Arguments, string? Input = null, IReadOnlyDictionary<string, byte[]>? Files = null, int? Width = null,
        IReadOnlyDictionary<string, string>? FromEnv = null, IReadOnlyDictionary<string, string>? FromFile = null)
    {
        public override string ToString() => $"Run({Arguments.Count} arguments, redacted)";
    }

    public static void Map(RouteGroupBuilder api) => api.MapPost("/commands", RunAsync).Needs(null)
        .Accepts<Run>("application/json").Produces<string>(StatusCodes.Status200OK, CommandAnswer.ContentType);

    private static async Task<IResult> RunAsync(ApiRequest request, HttpContext http, CommandGate gate)
    {
        using var place = gate.Enter(request.Actor);
        if (!place.IsAcquired)
        {
            http.Response.Headers.RetryAfter = "1";
            return new ApiProblem(StatusCodes.Status429TooManyRequests, "tooManyRequests", $"This token runs {CommandGate.AtOnce} commands already. Wait until one has ended.");
        }

        // Only who may import people, or apply a document, has something large to send.
        if (request.Actor.Has(Right.PeopleWrite) && http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = MostBytes;
        Run run;
        try
        {
            run = await request.BodyAsync<Run>();
        }
        catch (BadHttpRequestException large) when (large.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return new ApiProblem(StatusCodes.Status413PayloadTooLarge, "invalid", request.Actor.Has(Right.PeopleWrite) ? "The files are too large." : "A token without the right people:write sends files of 190 KB at most.");
        }

        if (run.Arguments.Contains(null!) || run.Files?.Values.Contains(null!) is true) return ApiProblem.Field("arguments", "must be texts, and files must be Base64.");
        if (run.Arguments.Count > MostArguments || run.Arguments.Sum(a => (long)a.Length) > MostCharacters)
            return ApiProblem.Field("arguments", $"has more than {MostArguments} texts or {MostCharacters} characters.");

        if (run.Width is < 1 or > 10_000) return ApiProblem.Field("width", "must be from 1 to 10000.");

        using var answer = new CommandAnswer(http.Response, request.Get<TimeProvider>(), request.Ct);
        var (json, output) = (CommandTree.Json(), new CommandOutput(answer.Writer("out"), answer.Writer("err"), isTerminal: run.Width is not null, run.Width));
        var parsed = CommandTree.ParseSent(json, run.Arguments);
        // The parser takes [word] in the first place for an instruction to itself, and steps over one that it does not know.
        if (parsed.Tokens.FirstOrDefault(t => t.Type == TokenType.Directive) is { } instruction) await answer.EndAsync(output.Fail($"{instruction.Value} is no verb.", ExitCode.Usage));
        else if (parsed.Errors.Count > 0) await answer.EndAsync(CommandTree.WrongUsage(parsed, output));
        else if (Refuse(parsed, request.Actor) is { } problem) return problem;
        else await answer.EndAsync(await ExitCodeAsync(answer, (Verb)parsed.CommandResult.Command, request, http, output, Call()));
        return Results.Empty;

        Call Call()
        {
            output.IsJson = parsed.GetValue(json);
            var files = new SentFiles(run.Files ?? new Dictionary<string, byte[]>(), new SentSecrets(run.FromEnv, run.FromFile), answer.Writer("file"));
            return new Call(request.Actor, files, parsed, http.RequestServices, output, new StringReader(run.Input ?? ""), CanAsk: false, request.Ct) { MostRows = MostRows };
        }
    }

    // Before the verb runs: what reads asks nobody else.
    private static ApiProblem? Refuse(ParseResult parsed, Admin.Actor actor)
    {
        if (parsed.CommandResult.Command is not Verb { Needs: { } needs }) return new(StatusCodes.Status403Forbidden, "hostOnly", CommandTree.OnHost(parsed.CommandResult.Command));
        foreach (var right in needs) actor.Demand(right);
        return actor.Rights.Count == 0 ? ApiProblem.Forbidden("This token has no right any more.") : null;
    }

    private static async Task<int> ExitCodeAsync(CommandAnswer answer, Verb verb, ApiRequest request, HttpContext http, CommandOutput output, Call call)
    {
        try
        {
            return await answer.WaitAsync(verb.RunAsync(call));
        }
        // What has said nothing yet is answered as any request is.
        catch (Exception refused) when (http.Response.HasStarted ? !request.Ct.IsCancellationRequested : refused is not ForbiddenException)
        {
            if (Refusals.Say(refused, output) is { } exitCode) return exitCode;
            if (!http.Response.HasStarted) throw;
            var reference = request.Get<RandomSource>().NewReference("ER");
            request.Get<ILogger<Verb>>().RequestFailed(refused, reference);
            await request.Get<ToldErrors>().KeepAsync(request.Actor.Name, request.Actor.UserId, $"{CommandTree.Name(verb)} failed", reference, RequestOrigin.Of(http));
            return output.Fail($"This is our fault, and not all of it was done. Tell whoever runs this server the reference {reference}.");
        }
    }
}
