using System.Text.Json;

namespace IdP.Server.Configuration;

/// <summary>
/// Reads the fields of one JSON object. What nobody has read when it is finished is an unknown key, so the names stand
/// in one place only.
/// </summary>
internal sealed class ObjectReader
{
    private readonly Dictionary<string, JsonElement> fields = new(StringComparer.Ordinal);
    private readonly HashSet<string> read = new(StringComparer.Ordinal);
    private readonly SecretSource secrets;
    private readonly List<DocumentError> errors;

    public ObjectReader(JsonElement element, string path, SecretSource secrets, List<DocumentError> errors)
    {
        (Path, this.secrets, this.errors) = (path, secrets, errors);
        if (element.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new(path, $"must be an object, and is {Kind(element)}."));
            return;
        }

        foreach (var field in element.EnumerateObject())
        {
            if (!fields.TryAdd(field.Name, field.Value)) errors.Add(new(At(field.Name), "is given twice."));
        }
    }

    public string Path { get; }

    /// <summary>The path of a field.</summary>
    public string At(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
            ? $"{Path}.{name}"
            : $"{Path}['{Admin.Texts.ForTerminal(name)}']";

    public void Fail(string name, string problem) => errors.Add(new(At(name), problem));

    /// <summary>Reports what a validator found; its names are those of the document, perhaps with a position.</summary>
    public void Fail(FluentValidation.Results.ValidationFailure failure) => errors.Add(new($"{Path}.{failure.PropertyName}", failure.ErrorMessage));

    /// <summary>The field as it stands there; null when it is missing.</summary>
    public JsonElement? Any(string name)
    {
        read.Add(name);
        return fields.TryGetValue(name, out var value) ? value : null;
    }

    public string? Text(string name)
    {
        if (Any(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.String) return value.GetString();
        Wrong(name, value, "a text; leave it out to keep what is stored, or give \"\" to take it away");
        return null;
    }

    public bool? Flag(string name)
    {
        if (Any(name) is not { } value) return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Wrong(name, value, "true or false");
        return null;
    }

    public int? Number(string name)
    {
        if (Any(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)) return number;
        Wrong(name, value, "a whole number");
        return null;
    }

    /// <summary>One of the names of an enumeration, in camelCase.</summary>
    public T? Choice<T>(string name)
        where T : struct, Enum
    {
        if (Any(name) is not { } value) return null;
        foreach (var choice in Enum.GetValues<T>())
        {
            if (value.ValueKind == JsonValueKind.String && value.GetString() == Admin.ChangeList.Words(choice)) return choice;
        }

        Wrong(name, value, string.Join(" or ", Enum.GetValues<T>().Select(c => Admin.ChangeList.Words(c))));
        return null;
    }

    public List<string>? Texts(string name)
    {
        if (Any(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Array)
        {
            Wrong(name, value, "a list of texts");
            return null;
        }

        List<string> texts = [];
        foreach (var (i, item) in value.EnumerateArray().Index())
        {
            if (item.ValueKind != JsonValueKind.String) errors.Add(new($"{At(name)}[{i}]", $"must be a text, and is {Kind(item)}."));
            else if (texts.Contains(item.GetString()!)) errors.Add(new($"{At(name)}[{i}]", "is in the list twice."));
            else texts.Add(item.GetString()!);
        }

        return texts;
    }

    /// <summary>A text, or where it is: <c>{ "fromEnv": "NAME" }</c> or <c>{ "fromFile": "path" }</c>.</summary>
    public string? Secret(string name) => Referred(name, SecretSource.Longest);

    /// <summary>As a secret, but of several lines.</summary>
    public string? LongText(string name) => Referred(name, SecretSource.LongestText);

    private string? Referred(string name, int longest)
    {
        if (Any(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.String) return value.GetString();
        if (value.ValueKind != JsonValueKind.Object)
        {
            Wrong(name, value, "a text, { \"fromEnv\": \"NAME\" } or { \"fromFile\": \"path\" }");
            return null;
        }

        var source = new ObjectReader(value, At(name), secrets, errors);
        var (variable, file) = (source.Text("fromEnv"), source.Text("fromFile"));
        source.Finish();
        if (variable is null == file is null)
        {
            Fail(name, "must name fromEnv or fromFile, one of the two.");
            return null;
        }

        var found = variable is not null ? secrets.FromEnvironment(variable) : secrets.FromFile(file!, longest);
        if (found.Problem is { } problem) Fail(name, problem);
        return found.Value;
    }

    /// <summary>Each object of a list.</summary>
    public IEnumerable<ObjectReader> Objects(string name)
    {
        if (Any(name) is not { } value) yield break;
        if (value.ValueKind != JsonValueKind.Array)
        {
            Wrong(name, value, "a list");
            yield break;
        }

        foreach (var (i, item) in value.EnumerateArray().Index()) yield return new ObjectReader(item, $"{At(name)}[{i}]", secrets, errors);
    }

    /// <summary>An object with fields of its own; null when it is missing.</summary>
    public ObjectReader? Object(string name) => Any(name) is { } value ? new ObjectReader(value, At(name), secrets, errors) : null;

    public IEnumerable<string> Names => fields.Keys;

    /// <summary>Reports the keys that were not asked for.</summary>
    public void Finish()
    {
        foreach (var name in fields.Keys.Where(n => !read.Contains(n)))
        {
            errors.Add(new(At(name), $"is no key here. Keys are {string.Join(", ", read)}."));
        }
    }

    private void Wrong(string name, JsonElement value, string expected) => Fail(name, $"must be {expected}; it is {Kind(value)}.");

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "another text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
