using System.Globalization;
using System.Resources;
using FluentValidation;

namespace IdP.Server.Admin;

/// <summary>
/// What operations say to admins. A sentence is written in English where it arises and comes out in the language of the
/// reader: that of the page; for the API, the command line and logs it is English. Translations stand in
/// <c>Sentences.de.resx</c>, by the English sentence with its values numbered.
/// </summary>
internal static class Sentence
{
    private static readonly ResourceManager Translations = new("IdP.Server.Admin.Sentences", typeof(Sentence).Assembly);

    /// <summary>The sentence with its values, in the language of whoever is served.</summary>
    public static string Of(FormattableString english) =>
        Translation(english.Format) is { } translated ? string.Format(CultureInfo.CurrentCulture, translated, english.GetArguments()) : FormattableString.Invariant(english);

    /// <summary>How long: <c>1 day</c>, <c>3 days</c>.</summary>
    public static string Days(int n) => n == 1 ? Of($"1 day") : Of($"{n} days");

    /// <inheritdoc cref="Days"/>
    public static string Minutes(int n) => n == 1 ? Of($"1 minute") : Of($"{n} minutes");

    /// <inheritdoc cref="Days"/>
    public static string Seconds(int n) => n == 1 ? Of($"1 second") : Of($"{n} seconds");

    /// <summary>Why something is done, for the audit log; it must be said.</summary>
    public static IRuleBuilderOptions<T, string> IsReason<T>(this IRuleBuilder<T, string> rule) =>
        rule.NotEmpty().WithMessage(Of($"Say why, for the audit log.")).IsReasonOrNone();

    /// <summary>As the other, where nothing need be said.</summary>
    public static IRuleBuilderOptions<T, string> IsReasonOrNone<T>(this IRuleBuilder<T, string> rule) =>
        rule.MaximumLength(500).WithMessage(Of($"A reason has at most 500 characters."));

    // The host's own language may be one that nothing is written in.
    private static string? Translation(string english) => CultureInfo.CurrentUICulture is { TwoLetterISOLanguageName: "de" } german
        ? Translations.GetResourceSet(german, createIfNotExists: true, tryParents: false)?.GetString(english)
        : null;
}
