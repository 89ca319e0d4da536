using System.Globalization;
using System.Text.Json;
using IdP.Server.Admin.Access;
using Microsoft.AspNetCore.Http.Features;

namespace IdP.Server.Admin.Api;

/// <summary>One request of the API: who calls, and what it carries.</summary>
/// <remarks>A parameter of every handler; <see cref="ApiGuard"/> has found the caller before.</remarks>
internal sealed class ApiRequest(HttpContext http, Actor actor)
{
    public const string DefaultReason = "by API";

    private const int MostRows = 200;

    public Actor Actor => actor;

    public CancellationToken Ct => http.RequestAborted;

    /// <summary>The state that the caller saw, one of several when it is sent in several lines; null: not said.</summary>
    public string? IfMatch => http.Request.Headers.IfMatch is { Count: > 0 } tags ? tags.ToString() : null;

    public T Get<T>()
        where T : notnull => http.RequestServices.GetRequiredService<T>();

    public static ValueTask<ApiRequest?> BindAsync(HttpContext http) =>
        ValueTask.FromResult<ApiRequest?>(new ApiRequest(http, (Actor)http.Items[typeof(Actor)]!));

    /// <summary>As <see cref="BodyAsync"/>, where nothing needs to be said: no body is an empty one.</summary>
    public Task<T> OptionalBodyAsync<T>()
        where T : class =>
        http.Request.ContentType is null && http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody is not true ? Task.FromResult(JsonSerializer.Deserialize<T>("{}", ApiJson.Options)!) : BodyAsync<T>();

    /// <summary>The body. A field that is missing is null and keeps what is stored; one that is unknown is an error.</summary>
    /// <exception cref="ApiInputException">It is not JSON of this shape.</exception>
    public async Task<T> BodyAsync<T>()
        where T : class
    {
        if (!http.Request.HasJsonContentType()) throw new ApiInputException("$", "Send a body of the type application/json.");
        try
        {
            using var json = await JsonDocument.ParseAsync(http.Request.Body, new JsonDocumentOptions { MaxDepth = 32, AllowDuplicateProperties = false }, Ct);
            if (json.RootElement.ValueKind != JsonValueKind.Object) throw new ApiInputException("$", "The body must be an object.");
            RefuseNul(json.RootElement);
            foreach (var field in json.RootElement.EnumerateObject())
            {
                if (field.Value.ValueKind == JsonValueKind.Null) throw new ApiInputException(field.Name, "cannot be null. Leave it out to keep what is stored, or send \"\" to take it away.");
                RefuseNull(field.Name, field.Value);
            }

            return json.Deserialize<T>(ApiJson.Options)!;
        }
        catch (JsonException broken)
        {
            throw Missing(broken.Message).FirstOrDefault() is { } first
                ? new ApiInputException(first, "is missing.")
                : new ApiInputException(broken.Path is { Length: > 2 } path ? path[2..] : "$", Sentence(broken));
        }
        catch (InvalidOperationException)
        {
            throw new ApiInputException("$", "A text has half a surrogate pair.");
        }
    }

    /// <summary>A query parameter; null: not given.</summary>
    /// <exception cref="ApiInputException">It is given twice.</exception>
    public string? Query(string name) => http.Request.Query[name] switch
    {
        [] => null,
        // No name has one, and PostgreSQL cannot even compare it.
        [var one] when one?.Contains('\0') is true => throw new ApiInputException(name, "must not have the character U+0000."),
        [var one] => one,
        _ => throw new ApiInputException(name, "is given twice."),
    };

    /// <summary>A query parameter that has few values; null: not given.</summary>
    /// <exception cref="ApiInputException">It has another.</exception>
    public string? Choice(string name, IReadOnlyList<string> values) =>
        Query(name) is not { } value ? null : values.Contains(value) ? value : throw new ApiInputException(name, $"must be among {string.Join(", ", values)}.");

    /// <summary>A query parameter that is a whole number; null: not given.</summary>
    /// <exception cref="ApiInputException">It is no number, or lies outside.</exception>
    public int? Number(string name, int least, int most) =>
        Query(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw new ApiInputException(name, $"must be a number from {least} to {most}.");

    /// <summary>How many rows, and after which one: <c>limit</c> and <c>after</c>.</summary>
    public (int Limit, string? After) Page() => (Number("limit", 1, MostRows) ?? 50, Query("after"));

    /// <summary>A thing with its ETag.</summary>
    /// <param name="etag">Null: that of the thing as it is answered.</param>
    public IResult One<T>(T thing, string? etag = null)
    {
        http.Response.Headers.ETag = etag ?? ETags.Of(thing);
        return Json(thing);
    }

    public IResult Created<T>(string path, T thing, string? etag = null)
    {
        http.Response.Headers.Location = ApiRoutes.Root + path;
        if (etag is not null) http.Response.Headers.ETag = etag;
        return Json(thing, StatusCodes.Status201Created);
    }

    public static IResult Json<T>(T thing, int status = StatusCodes.Status200OK) => Results.Json(thing, ApiJson.Options, statusCode: status);

    // The message of the reader names types of the program; the field stands beside it.
    private static string Sentence(JsonException broken) =>
        broken.Message.Contains("could not be mapped", StringComparison.Ordinal) ? "is no field here."
        : broken.Message.Contains("could not be converted", StringComparison.Ordinal) ? "has a value of the wrong kind."
        : "The body is not JSON that can be read here.";

    // JSON deserialization for type '…' was missing required properties including: 'name'.
    private static IEnumerable<string> Missing(string message) =>
        message.Contains("missing required", StringComparison.Ordinal) ? message.Split('\'').Where((_, i) => i % 2 == 1).Skip(1) : [];

    // A list is one of things. What is free JSON, as claims are, is an object and may have null in it.
    private static void RefuseNull(string field, JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array) return;
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Null) throw new ApiInputException(field, "must not have null in it.");
            if (item.ValueKind != JsonValueKind.Object) continue;
            foreach (var inner in item.EnumerateObject()) RefuseNull(field, inner.Value);
        }
    }

    // No text needs it, PostgreSQL cannot store it, and what is behind it is hidden by many programs.
    private static void RefuseNul(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String when element.GetString()!.Contains('\0'):
                throw new ApiInputException("$", "A text has the character U+0000.");
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray()) RefuseNul(item);
                break;
            case JsonValueKind.Object:
                foreach (var field in element.EnumerateObject())
                {
                    if (field.Name.Contains('\0')) throw new ApiInputException("$", "A name has the character U+0000.");
                    RefuseNul(field.Value);
                }

                break;
        }
    }
}
