using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using IdP.Server.Admin.PolicyRules;
using IdP.Verification;

namespace IdP.Server.Admin.Api;

/// <summary>The schemas of the API's bodies, drawn from the types that are really read and written.</summary>
internal sealed class OpenApiSchemas(ApiWords words)
{
    private static readonly JsonSerializerOptions Options = new(ApiJson.Options) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    private readonly SortedDictionary<string, JsonNode?> made = new(StringComparer.Ordinal);

    /// <summary>All that were referred to, by name.</summary>
    public JsonObject All() => new(made.Select(m => KeyValuePair.Create(m.Key, m.Value)));

    /// <summary>A reference to what the server answers: every field is there.</summary>
    public JsonObject Answer(Type type) => Reference(type, isRequest: false);

    /// <summary>A reference to what the server reads: a missing field keeps what is stored, and none is null.</summary>
    public JsonObject Request(Type type) => Reference(type, isRequest: true);

    private JsonObject Reference(Type type, bool isRequest)
    {
        if (!IsOurs(type)) return Draw(type, isRequest) as JsonObject ?? [];
        // Of what is both read and written, the one that is read demands no field.
        var name = NameOf(type) + (isRequest && (type == typeof(VerificationSettings) || type == typeof(RuleView)) ? "Patch" : "");
        if (made.TryAdd(name, null)) made[name] = Draw(type, isRequest);
        return new JsonObject { ["$ref"] = "#/components/schemas/" + name };
    }

    private JsonNode Draw(Type type, bool isRequest)
    {
        var schema = Options.GetJsonSchemaAsNode(type, new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, node) => Transform(context, node, isRequest),
        });
        if (isRequest && type == typeof(VerificationSettings))
        {
            schema["properties"]!["reason"] = new JsonObject { ["description"] = words.Field("SettingsPatch", "reason"), ["type"] = "string" };
        }

        return schema;
    }

    private JsonNode Transform(JsonSchemaExporterContext context, JsonNode node, bool isRequest)
    {
        var schema = node as JsonObject ?? [];
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        var mayBeNull = !isRequest && (context.PropertyInfo is { } p ? p.IsGetNullable : Nullable.GetUnderlyingType(context.TypeInfo.Type) is not null);
        if (context.Path.Length > 0 && IsOurs(type))
        {
            var reference = Reference(type, isRequest);
            schema = mayBeNull ? new JsonObject { ["anyOf"] = new JsonArray(reference, new JsonObject { ["type"] = "null" }) } : reference;
        }
        else
        {
            if (type.IsEnum) schema["type"] = mayBeNull ? new JsonArray("string", "null") : "string";
            if (schema["type"] is JsonArray types && !mayBeNull) schema["type"] = types.Select(t => t!.GetValue<string>()).First(t => t != "null");
            if (schema["enum"] is JsonArray values && !mayBeNull) schema["enum"] = new JsonArray([.. values.Where(v => v is not null).Select(v => v!.DeepClone())]);
            // What a converter of its own reads and writes: a JWK Set.
            if (context.PropertyInfo?.CustomConverter is not null && schema["type"] is null && schema["enum"] is null) schema["type"] = "object";
            if (!isRequest && schema["properties"] is JsonObject fields && fields.Count > 0) schema["required"] = new JsonArray([.. fields.Where(f => type != typeof(OpenApi.Problem) || f.Key != "errors").Select(f => (JsonNode)f.Key)]);
        }

        schema.Remove("default");
        if (context.PropertyInfo is { } property && words.Field(NameOf(property.DeclaringType), property.Name) is { } description) schema["description"] = description;
        return schema;
    }

    private static bool IsOurs(Type type) => type.Namespace?.StartsWith("IdP.", StringComparison.Ordinal) is true && type is { IsEnum: false, IsValueType: false };

    /// <summary><c>UserApi.New</c> is <c>UserNew</c>, <c>ApiPage&lt;Row&gt;</c> is <c>PageOfRow</c>.</summary>
    public static string NameOf(Type type)
    {
        if (type.IsGenericType) return "PageOf" + NameOf(type.GetGenericArguments()[0]);
        var around = type.DeclaringType?.Name;
        if (type == typeof(OpenApi.Problem)) around = null;
        if (around?.EndsWith("Api", StringComparison.Ordinal) is true) around = around[..^3];
        return around + type.Name;
    }
}
