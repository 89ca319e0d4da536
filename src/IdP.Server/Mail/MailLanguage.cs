using System.Collections.Frozen;
using System.Globalization;
using IdP.Verification.Decisions;

namespace IdP.Server.Mail;

/// <summary>A day without its hour, for a subject.</summary>
internal readonly record struct Day(DateTimeOffset Time);

/// <summary>What asks for a code: applications, and perhaps the portal, which has no name of its own.</summary>
internal sealed record AppNames(IReadOnlyList<string> Apps, bool Portal = false);

/// <summary>How the facts of a mail are written in one language.</summary>
internal sealed class MailLanguage
{
    private const string Folder = "Mail/Templates/";

    private static readonly FrozenDictionary<string, MailLanguage> Known =
        new[] { "en", "de" }.ToFrozenDictionary(language => language, language => new MailLanguage(language), StringComparer.Ordinal);

    private readonly FrozenDictionary<string, string> words;
    private readonly CultureInfo culture;

    private MailLanguage(string tag)
    {
        Tag = tag;
        culture = CultureInfo.GetCultureInfo(tag);
        words = Resource($"Words.{tag}.txt")!.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=', 2)).ToFrozenDictionary(pair => pair[0], pair => pair[1].TrimEnd('\r'), StringComparer.Ordinal);
    }

    /// <summary>Those that the shipped templates have.</summary>
    public static IEnumerable<string> Shipped => Known.Keys.Order(StringComparer.Ordinal).Reverse();

    public string Tag { get; }

    public string this[string word] => words[word];

    /// <summary>Of a template's language: its own words, else English ones.</summary>
    public static MailLanguage Of(string tag) => Known.GetValueOrDefault(tag.Split('-')[0].ToLowerInvariant()) ?? Known["en"];

    /// <summary>A shipped file; null: there is none.</summary>
    public static string? Resource(string name)
    {
        using var stream = typeof(MailLanguage).Assembly.GetManifestResourceStream(Folder + name);
        if (stream is null) return null;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>A fact in words; empty when there is none.</summary>
    public string Write(object? value, TimeZoneInfo zone, DateTimeOffset now) => value switch
    {
        null => "",
        DateTimeOffset time => Time(time, "date_time", zone, now) + (zone.Id is "UTC" or "Etc/UTC" ? " UTC" : ""),
        Day day => Time(day.Time, "date", zone, now),
        TimeSpan left => Left(left),
        BrowserName browser => browser.In(this),
        MethodName method => method.In(this),
        AppNames names => List(names),
        IFormattable number => number.ToString(null, culture),
        _ => MailNeutral.Name(value.ToString()!),
    };

    private string Time(DateTimeOffset time, string format, TimeZoneInfo zone, DateTimeOffset now)
    {
        var local = TimeZoneInfo.ConvertTime(time, zone);
        return local.ToString(words[local.Year == TimeZoneInfo.ConvertTime(now, zone).Year ? format : format + "_year"], culture);
    }

    private string Left(TimeSpan left) =>
        left < TimeSpan.FromDays(1) ? words["hours_left"]
        : VerificationPolicy.DaysLeft(left) is var days and not 1 ? words["days_left"].Replace("N", days.ToString(culture), StringComparison.Ordinal)
        : words["day_left"];

    private string List(AppNames names) => names.Apps.Select(MailNeutral.Name).Concat(names.Portal ? [words["portal"]] : []).ToArray() switch
    {
        [] => words["guarded_apps"],
        [var one] => one,
        var all => $"{string.Join(", ", all.SkipLast(1))} {words["and"]} {all[^1]}",
    };
}
