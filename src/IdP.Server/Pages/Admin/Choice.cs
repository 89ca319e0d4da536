using IdP.Server.Pages.Shared;

namespace IdP.Server.Pages.Admin;

/// <summary>A field with a list to choose from.</summary>
/// <param name="Field">Name, label, hint and message.</param>
/// <param name="Options">Value and text of each.</param>
internal sealed record Choice(Field Field, IReadOnlyList<(string Value, Phrase Text)> Options);

/// <summary>A box to tick.</summary>
/// <param name="Value">What is sent when it is ticked.</param>
internal sealed record Tick(string Name, string Id, string Value, bool Is, Phrase Label);
