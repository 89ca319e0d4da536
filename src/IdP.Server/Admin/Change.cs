using System.Globalization;
using System.Text.Json;

namespace IdP.Server.Admin;

/// <summary>One thing that became different, in words.</summary>
/// <param name="Text">What, as <c>name: old -> new</c>.</param>
/// <param name="Weaker">A sentence that says what protects less than before; null when nothing does.</param>
internal sealed record Change(string Text, string? Weaker = null);

/// <summary>Collects changes while values are compared.</summary>
internal sealed class ChangeList : List<Change>
{
    /// <summary>Notes a difference.</summary>
    /// <param name="name">Name as in the declarative file.</param>
    /// <param name="old">The stored value.</param>
    /// <param name="given">The wanted value; null: keep what is stored.</param>
    /// <param name="assign">Stores the wanted value.</param>
    /// <param name="weaker">Says what got weaker, or null.</param>
    public void Compare<T>(string name, T old, T? given, Action<T> assign, Func<T, T, string?>? weaker = null)
        where T : struct
    {
        if (given is not { } wanted || EqualityComparer<T>.Default.Equals(old, wanted)) return;
        assign(wanted);
        Add(new Change($"{name}: {Words(old)} -> {Words(wanted)}", weaker?.Invoke(old, wanted)));
    }

    /// <inheritdoc cref="Compare{T}(string, T, T?, Action{T}, Func{T, T, string?}?)"/>
    public void Compare(string name, string? old, string? given, Action<string?> assign, Func<string?, string?, string?>? weaker = null)
    {
        if (given is null) return;
        // An empty text takes the value away.
        var wanted = given.Length == 0 ? null : given;
        if (old == wanted) return;
        assign(wanted);
        Add(new Change($"{name}: {old ?? "(none)"} -> {wanted ?? "(none)"}", weaker?.Invoke(old, wanted)));
    }

    /// <inheritdoc cref="Compare{T}(string, T, T?, Action{T}, Func{T, T, string?}?)"/>
    public void Compare(string name, List<string> old, List<string>? given, Action<List<string>> assign, Func<IReadOnlyList<string>, string?>? weaker = null) =>
        Compare(name, old, given, assign, (_, wanted) => wanted.Except(old).ToList() is { Count: > 0 } added ? weaker?.Invoke(added) : null);

    /// <inheritdoc cref="Compare{T}(string, T, T?, Action{T}, Func{T, T, string?}?)"/>
    public void Compare(
        string name, List<string> old, List<string>? given, Action<List<string>> assign, Func<IReadOnlyList<string>, IReadOnlyList<string>, string?> weaker)
    {
        if (given is null || old.SequenceEqual(given)) return;
        assign([.. given]);
        var words = given.Except(old).Select(a => "+" + a).Concat(old.Except(given).Select(r => "-" + r)).ToList();
        Add(new Change($"{name}: {(words.Count > 0 ? string.Join(' ', words) : "other order")}", weaker(old, given)));
    }

    /// <inheritdoc cref="Compare{T}(string, T, T?, Action{T}, Func{T, T, string?}?)"/>
    public void Compare(
        string name, Dictionary<string, JsonElement> old, Dictionary<string, JsonElement>? given, Action<Dictionary<string, JsonElement>> assign)
    {
        if (given is null) return;
        List<string> words = [];
        foreach (var (key, value) in given)
        {
            if (!old.TryGetValue(key, out var known)) words.Add("+" + key);
            else if (!JsonElement.DeepEquals(known, value)) words.Add(key + " changed");
        }

        words.AddRange(old.Keys.Except(given.Keys).Select(key => "-" + key));
        if (words.Count == 0) return;
        assign(new Dictionary<string, JsonElement>(given));
        Add(new Change($"{name}: {string.Join(' ', words)}"));
    }

    /// <summary>A value as the declarative file writes it.</summary>
    public static string Words(object? value) => value switch
    {
        null => "(none)",
        bool flag => flag ? "true" : "false",
        Enum name => JsonNamingPolicy.CamelCase.ConvertName(name.ToString()),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
