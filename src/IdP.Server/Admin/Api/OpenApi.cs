using System.Globalization;
using System.Text.Json.Nodes;
using IdP.Server.Admin.Access;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;

namespace IdP.Server.Admin.Api;

/// <summary><c>/api/v1/openapi.json</c>: the API as an OpenAPI 3.1 document, written from the routes themselves.</summary>
internal static class OpenApi
{
    private const string Json = "application/json";
    private const string ProblemJson = "application/problem+json";

    public static void Map(RouteGroupBuilder api)
    {
        string? written = null;
        // It describes what every server of this version does, so whoever wants to write a client needs no token for it.
        api.MapGet("/openapi.json", (EndpointDataSource endpoints) => Results.Text(written ??= Write(endpoints).ToJsonString(ApiJson.Options), Json))
            .AllowAnonymous().Needs(null).Produces<object>();
    }

    public static JsonObject Write(EndpointDataSource endpoints)
    {
        var (words, paths) = (new ApiWords(), new JsonObject());
        var schemas = new OpenApiSchemas(words);
        var routes = ApiRoutes.Of(endpoints).OrderBy(r => r.Path, StringComparer.Ordinal).ThenBy(r => r.Method, StringComparer.Ordinal).ToList();
        var tagged = routes.Where(r => r.Endpoint.Metadata.GetMetadata<ApiDescriptions.Condition>() is not null).Select(r => r.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var (method, path, endpoint) in routes)
        {
            var item = paths[path] as JsonObject;
            if (item is null) paths[path] = item = [];
            item[method.ToLowerInvariant()] = Operation(method, path, endpoint, tagged.Contains(path), schemas, words);
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Administration", ["version"] = "1",
                ["description"] = "What the console and the command line do, for programs. A missing field keeps its value, an unknown one is refused; "
                    + "every refusal is a problem (RFC 9457) with a code that never changes.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = ApiRoutes.Root }),
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject
                    {
                        ["type"] = "http", ["scheme"] = "bearer",
                        ["description"] = "An API token of an admin. It may what both its scopes and the admin's roles give; the scope that a route needs stands at the route.",
                    },
                },
                ["responses"] = new JsonObject
                {
                    ["Problem"] = new JsonObject
                    {
                        ["description"] = "Not done, and why.",
                        ["content"] = new JsonObject { [ProblemJson] = new JsonObject { ["schema"] = schemas.Answer(typeof(Problem)) } },
                    },
                },
                ["schemas"] = schemas.All(),
            },
        };
    }

    /// <summary>The shape of every refusal; <see cref="ApiProblem"/> writes it.</summary>
    internal sealed record Problem(string Title, int Status, string Detail, string Code)
    {
        public Dictionary<string, string[]>? Errors { get; init; }
    }

    private static JsonObject Operation(string method, string path, RouteEndpoint endpoint, bool hasETag, OpenApiSchemas schemas, ApiWords words)
    {
        var right = endpoint.Metadata.GetMetadata<ApiRoutes.Needed>()?.Right;
        var operation = new JsonObject
        {
            ["operationId"] = method.ToLowerInvariant() + string.Concat(path.Split('/', '-', '.').Where(p => p.Length > 0).Select(Word)),
            ["tags"] = new JsonArray(path.Split('/')[1]),
            ["summary"] = words.Route(method, path),
            ["description"] = right is null ? null : $"Needs {Rights.Scope(right.Value)}.",
        };
        if (operation["description"] is null) operation.Remove("description");
        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null) operation["security"] = new JsonArray();
        // OpenAPI 3.1: the roles of a scheme that is no OAuth 2.0.
        else if (right is not null) operation["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray(Rights.Scope(right.Value)) });

        var parameters = Parameters(endpoint, words);
        if (parameters.Count > 0) operation["parameters"] = parameters;
        if (endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is { RequestType: { } body } accepts)
        {
            operation["requestBody"] = new JsonObject
            {
                ["required"] = !accepts.IsOptional,
                ["content"] = new JsonObject(accepts.ContentTypes.Select(type => KeyValuePair.Create(type, (JsonNode?)Content(schemas.Request(body), words.Example(method, path))))),
            };
        }

        operation["responses"] = Responses(method, endpoint, hasETag, schemas);
        return operation;
    }

    private static JsonObject Content(JsonObject schema, JsonNode? example)
    {
        var content = new JsonObject { ["schema"] = schema };
        if (example is not null) content["example"] = example;
        return content;
    }

    private static JsonArray Parameters(RouteEndpoint endpoint, ApiWords words)
    {
        var parameters = new JsonArray();
        foreach (var parameter in endpoint.RoutePattern.Parameters)
            parameters.Add(Parameter(parameter.Name, "path", words.Field("path", parameter.Name), new JsonObject { ["type"] = "string" }, isRequired: true));
        foreach (var query in endpoint.Metadata.GetOrderedMetadata<ApiDescriptions.Parameter>())
        {
            var schema = new JsonObject { ["type"] = query.IsNumber ? "integer" : "string" };
            if (query.Values is { } values) schema["enum"] = new JsonArray([.. values.Select(v => (JsonNode)v)]);
            parameters.Add(Parameter(query.Name, "query", query.Description, schema, isRequired: false));
        }

        if (endpoint.Metadata.GetMetadata<ApiDescriptions.Condition>() is not null)
            parameters.Add(Parameter("If-Match", "header", "The ETag of the state that you saw; when it is another by now, nothing is done and the answer is 412.", new JsonObject { ["type"] = "string" }, isRequired: false));
        return parameters;
    }

    private static JsonObject Parameter(string name, string place, string? description, JsonObject schema, bool isRequired) => new()
    {
        ["name"] = name, ["in"] = place, ["required"] = isRequired, ["description"] = description, ["schema"] = schema,
    };

    private static JsonObject Responses(string method, RouteEndpoint endpoint, bool hasETag, OpenApiSchemas schemas)
    {
        var responses = new JsonObject();
        foreach (var answer in endpoint.Metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>().OrderBy(a => a.StatusCode))
        {
            var response = new JsonObject { ["description"] = answer.StatusCode switch { 201 => "Made.", 204 => "Done; there is nothing to say.", _ => "Done." } };
            if (answer.Type is { } type && type != typeof(void))
            {
                var schema = type == typeof(object) ? new JsonObject { ["type"] = "object" } : type == typeof(string) ? new JsonObject { ["type"] = "string" } : schemas.Answer(type);
                response["content"] = new JsonObject(answer.ContentTypes.DefaultIfEmpty(Json).Select(t => KeyValuePair.Create(t, (JsonNode?)new JsonObject { ["schema"] = schema.DeepClone() })));
            }

            if (hasETag && answer.StatusCode == 200)
                response["headers"] = new JsonObject { ["ETag"] = new JsonObject { ["description"] = "Names the state; send it as If-Match with a change.", ["schema"] = new JsonObject { ["type"] = "string" } } };
            responses[answer.StatusCode.ToString(CultureInfo.InvariantCulture)] = response;
        }

        foreach (var status in Refusals(method, endpoint).Order())
            responses[status.ToString(CultureInfo.InvariantCulture)] = new JsonObject { ["$ref"] = "#/components/responses/Problem" };
        return responses;
    }

    private static IEnumerable<int> Refusals(string method, RouteEndpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null) return [400];
        SortedSet<int> statuses = [400, 401, 403, 429, 500, .. endpoint.Metadata.GetOrderedMetadata<ApiDescriptions.Refusal>().Select(r => r.Status)];
        if (endpoint.RoutePattern.Parameters.Count > 0) statuses.Add(404);
        if (endpoint.Metadata.GetMetadata<ApiDescriptions.Condition>() is not null) statuses.Add(412);
        if (endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is not null) statuses.UnionWith([413, 415]);
        // Two changes of the same thing at the same moment.
        if (!HttpMethods.IsGet(method)) statuses.Add(409);
        return statuses;
    }

    private static string Word(string part)
    {
        var name = part.Trim('{', '}');
        return (part[0] == '{' ? "By" : "") + char.ToUpperInvariant(name[0]) + name[1..];
    }
}
