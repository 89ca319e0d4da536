using System.Text.Json;
using FluentValidation;
using IdP.Protocol.Tokens;

namespace IdP.Server.Admin;

/// <summary>Which claims an admin may give to a person or to a group.</summary>
internal static class ClaimRules
{
    // What shows a claim puts it into something, and nothing may be deeper than readers and writers go.
    private const int Deepest = 16;

    /// <summary>Reports each claim that cannot be given, under the property <c>claims</c>.</summary>
    public static void Check<T>(Dictionary<string, JsonElement>? claims, ValidationContext<T> context)
    {
        foreach (var (name, value) in claims ?? [])
        {
            if (Problem(name, value) is { } problem) context.AddFailure("claims", problem);
        }
    }

    /// <summary>What is wrong with one claim, in a sentence; null: nothing.</summary>
    public static string? Problem(string name, JsonElement value)
    {
        if (name.Length is 0 or > 128 || Texts.HasControls(name)) return Sentence.Of($"A claim needs a name of 1 to 128 characters without control characters.");
        if (CustomClaims.IsOfTheProtocol(name)) return Sentence.Of($"The claim {name} cannot be given: it is the protocol's own.");
        if (CustomClaims.IsProperty(name)) return Sentence.Of($"The claim {name} cannot be given: it comes from a property of the person.");
        if (IsDeeper(value, Deepest)) return Sentence.Of($"The claim {name} has more than {Deepest} lists or objects in each other.");
        return IsWellFormed(value) ? null : Sentence.Of($"The claim {name} has half a surrogate pair in a text.");
    }

    private static bool IsDeeper(JsonElement value, int levels) => value.ValueKind switch
    {
        JsonValueKind.Array => levels == 0 || value.EnumerateArray().Any(item => IsDeeper(item, levels - 1)),
        JsonValueKind.Object => levels == 0 || value.EnumerateObject().Any(field => IsDeeper(field.Value, levels - 1)),
        _ => false,
    };

    /// <summary>Whether every text in it can be written. Found out by writing it, as a token does.</summary>
    public static bool IsWellFormed(JsonElement value)
    {
        try
        {
            using var writer = new Utf8JsonWriter(Stream.Null);
            value.WriteTo(writer);
            return true;
        }
        catch (Exception broken) when (broken is InvalidOperationException or ArgumentException)
        {
            return false;
        }
    }
}
