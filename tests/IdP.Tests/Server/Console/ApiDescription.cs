using System.Globalization;
using System.Net;
using System.Text.Json;
using IdP.Testing;

namespace IdP.Tests.Server.Console;

/// <summary>The server's OpenAPI document, held against its real answers by a validator that knows nothing of how it is written.</summary>
internal sealed class ApiDescription(JsonElement document)
{
    public JsonElement Document => document;

    /// <summary>Every method and path, as <c>GET /users/{user}</c>.</summary>
    public IEnumerable<string> Operations =>
        document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}"));

    /// <summary>What an answer has that the document does not say, in sentences.</summary>
    public IEnumerable<string> Problems(Exchange answer)
    {
        if (Find(answer.Uri.AbsolutePath["/api/v1".Length..]) is not { } path)
        {
            return answer.Status is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests ? [] : [$"{answer.Uri.AbsolutePath} is no path of the document."];
        }

        if (!path.TryGetProperty(answer.Method.ToLowerInvariant(), out var operation))
        {
            return answer.Status is HttpStatusCode.MethodNotAllowed or HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests ? [] : [$"{answer.Method} is no method of the document."];
        }

        var status = ((int)answer.Status).ToString(CultureInfo.InvariantCulture);
        if (!operation.GetProperty("responses").TryGetProperty(status, out var response)) return [$"{status} is no answer of the document."];
        response = Resolve(response);
        if (!response.TryGetProperty("content", out var content)) return answer.Body.Length == 0 ? [] : ["It has a body, and the document says none."];
        var type = answer.Header("Content-Type")?.Split(';')[0] ?? "none";
        if (!content.TryGetProperty(type, out var body)) return [$"{type} is no content type of the document."];
        return type is "application/json" or "application/problem+json" ? Problems(body.GetProperty("schema"), answer.Json, "$") : [];
    }

    private JsonElement? Find(string path)
    {
        var parts = path.Split('/');
        return document.GetProperty("paths").EnumerateObject()
            .Where(p => p.Name.Split('/') is var given && given.Length == parts.Length && given.Zip(parts).All(pair => pair.First.StartsWith('{') || pair.First == pair.Second))
            // What is written out goes before what is anything.
            .OrderBy(p => p.Name.Count(c => c == '{')).Select(p => (JsonElement?)p.Value).FirstOrDefault();
    }

    private JsonElement Resolve(JsonElement schema)
    {
        while (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("$ref", out var reference))
        {
            var target = document;
            foreach (var part in reference.GetString()!.Split('/').Skip(1)) target = target.GetProperty(part);
            schema = target;
        }

        return schema;
    }

    private IEnumerable<string> Problems(JsonElement schema, JsonElement value, string at)
    {
        schema = Resolve(schema);
        if (schema.ValueKind == JsonValueKind.True) yield break;
        if (schema.TryGetProperty("anyOf", out var any))
        {
            if (!any.EnumerateArray().Any(one => !Problems(one, value, at).Any())) yield return $"{at}: {Shorten(value)} fits none of what it may be: {string.Join("; ", any.EnumerateArray().SelectMany(one => Problems(one, value, at)))}";
            yield break;
        }

        if (schema.TryGetProperty("type", out var type) && !(type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray()] : new[] { type }).Any(t => Is(value, t.GetString()!)))
        {
            yield return $"{at}: {Shorten(value)} is no {type}.";
            yield break;
        }

        if (schema.TryGetProperty("enum", out var values) && !values.EnumerateArray().Any(v => JsonElement.DeepEquals(v, value))) yield return $"{at}: {Shorten(value)} is not among {values}.";
        if (schema.TryGetProperty("format", out var format) && format.GetString() == "date-time" && value.ValueKind == JsonValueKind.String && !value.TryGetDateTimeOffset(out _)) yield return $"{at}: {value} is no time.";
        var inner = value.ValueKind switch
        {
            JsonValueKind.Object => OfObject(schema, value, at),
            JsonValueKind.Array when schema.TryGetProperty("items", out var items) => value.EnumerateArray().SelectMany((item, i) => Problems(items, item, $"{at}[{i}]")),
            _ => [],
        };
        foreach (var problem in inner) yield return problem;
    }

    private IEnumerable<string> OfObject(JsonElement schema, JsonElement value, string at)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Select(r => r.GetString()!).Where(name => !value.TryGetProperty(name, out _))) yield return $"{at}: {name} is missing.";
        }

        var known = schema.TryGetProperty("properties", out var properties);
        var others = schema.TryGetProperty("additionalProperties", out var additional) ? additional : (JsonElement?)null;
        foreach (var field in value.EnumerateObject())
        {
            var problems = known && properties.TryGetProperty(field.Name, out var property) ? Problems(property, field.Value, $"{at}.{field.Name}")
                : others is { ValueKind: JsonValueKind.False } ? [$"{at}: {field.Name} is no field of the document."]
                : others is { } one ? Problems(one, field.Value, $"{at}.{field.Name}")
                : [];
            foreach (var problem in problems) yield return problem;
        }
    }

    private static bool Is(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        _ => false,
    };

    private static string Shorten(JsonElement value) => value.ToString() is { Length: > 60 } text ? text[..60] : value.ToString();
}
