using System.Text.RegularExpressions;

namespace IdP.Server.Pages;

/// <summary>Where people get help, read out of the setting <c>supportContact</c>.</summary>
/// <param name="Name">What to call them, such as "IT support"; null: no name was given.</param>
/// <param name="Text">The setting as it was written; null: none.</param>
/// <param name="Mail">The mail address in it, or null.</param>
internal sealed partial record SupportContact(string? Name, string? Text, string? Mail)
{
    public static SupportContact None { get; } = new(null, null, null);

    /// <summary>"IT support, it@example.com" has a name and an address; a lone address, number or sentence has no name.</summary>
    public static SupportContact Of(string? setting)
    {
        if (string.IsNullOrWhiteSpace(setting)) return None;
        var text = setting.Trim();
        var mail = MailAddress().Match(text) is { Success: true } match ? match.Value : null;
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        var name = comma > 0 && !text[..comma].Contains('@', StringComparison.Ordinal) ? text[..comma].Trim() : null;
        return new SupportContact(name, name is null ? text : text[(comma + 1)..].Trim(), mail);
    }

    // The limit is of wall time, and a busy machine may not run a thread for a while: here as everywhere it is far above what
    // a pattern without nested repetition can need.
    [GeneratedRegex(@"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+[A-Za-z0-9]", RegexOptions.None, 10_000)]
    private static partial Regex MailAddress();
}
