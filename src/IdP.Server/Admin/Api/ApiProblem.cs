using System.Text.Json;
using FluentValidation;
using IdP.Server.Admin.Access;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Admin.Api;

/// <summary>An answer of the API that is no success, as RFC 9457 problem details.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">A word for programs; it never changes.</param>
/// <param name="Detail">A sentence for people.</param>
internal sealed record ApiProblem(int Status, string Code, string Detail) : IResult
{
    /// <summary>What is wrong with which field.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    public static ApiProblem NotFound(string what) => new(StatusCodes.Status404NotFound, "notFound", $"There is no {what}.");

    public static ApiProblem Conflict(string code, string detail) => new(StatusCodes.Status409Conflict, code, detail);

    public static ApiProblem Forbidden(string detail) => new(StatusCodes.Status403Forbidden, "forbidden", detail);

    public static ApiProblem Field(string field, string problem) =>
        new(StatusCodes.Status400BadRequest, "invalid", "The request has fields that cannot be used.") { Errors = new Dictionary<string, string[]> { [field] = [problem] } };

    /// <summary>What an operation refused by throwing; null: a fault of ours.</summary>
    public static ApiProblem? Of(Exception refused) => refused switch
    {
        ValidationException invalid => Field("", "") with
        {
            Errors = invalid.Errors.GroupBy(e => NameOf(e.PropertyName)).ToDictionary(g => g.Key, g => g.Select(e => e.ErrorMessage).ToArray()),
        },
        ApiInputException input => Field(input.Field, input.Message),
        ForbiddenException forbidden => Forbidden(forbidden.Message),
        StaleException => new(StatusCodes.Status412PreconditionFailed, "changedMeanwhile", "It was changed since you read it. Read it again, then send your change with its new ETag."),
        Microsoft.EntityFrameworkCore.DbUpdateException => Conflict("changedMeanwhile", "Somebody changed the same thing at this moment. Nothing was done; try again."),
        _ => null,
    };

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var problem = new ProblemDetails { Status = Status, Title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(Status), Detail = Detail };
        problem.Extensions["code"] = Code;
        if (Errors is not null) problem.Extensions["errors"] = Errors;
        httpContext.Response.StatusCode = Status;
        return httpContext.Response.WriteAsJsonAsync(problem, ApiJson.Options, "application/problem+json", httpContext.RequestAborted);
    }

    // Validators name C# properties here and there; the API has its own names for the same things.
    private static string NameOf(string property) => JsonNamingPolicy.CamelCase.ConvertName(property.Split('.')[^1]) switch { "userName" => "username", var name => name };
}

/// <summary>A body, query or header that cannot be read as what it should be.</summary>
internal sealed class ApiInputException(string name, string message) : Exception(message)
{
    /// <summary>Which field, parameter or header.</summary>
    public string Field => name;
}
