using IdP.Verification.Methods.Passkeys;

namespace IdP.Server.Pages.Shared;

/// <summary>A form whose answer the browser gives: hidden where scripts do not run, since they alone can ask for it.</summary>
/// <param name="Prompt">What to ask for.</param>
/// <param name="Label">Of the button.</param>
internal sealed record PasskeyForm(PasskeyPrompt Prompt, Phrase Label)
{
    /// <summary>A new passkey instead of one that is there.</summary>
    public bool Creates { get; init; }

    /// <summary>Offered in the user name field, too.</summary>
    public bool AutoFill { get; init; }

    /// <summary>The main thing on the page.</summary>
    public bool IsMain { get; init; }

    /// <summary>Asks what the new passkey is to be called.</summary>
    public Field? Name { get; init; }

    /// <summary>A box above the button; null: none.</summary>
    public Check? Check { get; init; }

    /// <summary>Said where the browser gave none.</summary>
    public Phrase? Failed { get; init; }
}
