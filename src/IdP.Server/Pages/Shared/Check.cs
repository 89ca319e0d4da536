namespace IdP.Server.Pages.Shared;

/// <summary>A box to tick, with its words.</summary>
internal sealed record Check(string Name, Phrase Label, bool IsTicked);
