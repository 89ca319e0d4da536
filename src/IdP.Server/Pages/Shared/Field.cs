namespace IdP.Server.Pages.Shared;

/// <summary>One input with its label, hint and message.</summary>
/// <param name="Name">The form field's name.</param>
/// <param name="Id">The element's id; password managers remember it.</param>
/// <param name="Label">What to enter.</param>
internal sealed record Field(string Name, string Id, Phrase Label)
{
    public Phrase? Hint { get; init; }

    public Phrase? Error { get; init; }

    /// <summary>What is typed already; never a secret.</summary>
    public string? Value { get; init; }

    public string Type { get; init; } = "text";

    public string? AutoComplete { get; init; }

    public string? InputMode { get; init; }

    public string? AutoCapitalize { get; init; }

    /// <summary>Id of the <c>datalist</c> whose values the browser offers; null: none.</summary>
    public string? List { get; init; }

    /// <summary>Classes besides <c>in</c>.</summary>
    public string Style { get; init; } = "";

    public bool AutoFocus { get; init; }

    public bool ReadOnly { get; init; }

    public bool Optional { get; init; }

    public string? EnterKeyHint { get; init; } = "go";

    public string HintId => Id + "-hint";

    public string ErrorId => Id + "-error";

    public string? DescribedBy => (Hint, Error) switch
    {
        (null, null) => null,
        (_, null) => HintId,
        (null, _) => ErrorId,
        _ => HintId + " " + ErrorId,
    };
}
