using System.Collections.Concurrent;
using System.Globalization;
using System.Resources;
using IdP.Server.Hosting;
using IdP.Verification.Decisions;

namespace IdP.Server.Pages;

/// <summary>Every text of the pages, by its key in <c>Words.resx</c>, in the language of the request.</summary>
/// <remarks><c>{org}</c>, <c>{support}</c> and <c>{Support}</c> need not be given.</remarks>
internal sealed class Words(BrandingOptions branding)
{
    private static readonly ResourceManager Resources = new("IdP.Server.Pages.Words", typeof(Words).Assembly);
    private static readonly ConcurrentDictionary<string, ResourceManager> Areas = new(StringComparer.Ordinal);

    /// <summary>The organisation's name.</summary>
    public string Organisation => branding.Name;

    /// <summary>Where people get help; set before a page runs.</summary>
    public SupportContact Support { get; set; } = SupportContact.None;

    /// <summary>A text with its values.</summary>
    /// <exception cref="InvalidOperationException">There is no such text.</exception>
    public Phrase this[string key, params ReadOnlySpan<(string Name, object? Value)> values] =>
        Make(Find(key) ?? throw new InvalidOperationException($"There is no text {key}."), values);

    /// <summary>A text that counts: the key with <c>.One</c> at its end is used for 1.</summary>
    public Phrase Count(string key, long n, params ReadOnlySpan<(string Name, object? Value)> values) =>
        this[n == 1 && Find(key + ".One") is not null ? key + ".One" : key, [("n", n), .. values]];

    /// <summary>What remains of a period: in begun days, on the last day in begun hours.</summary>
    /// <param name="group">Beginning of the keys <c>.DaysLeft</c> and <c>.HoursLeft</c>.</param>
    public Phrase Remaining(string group, TimeSpan remaining, params ReadOnlySpan<(string Name, object? Value)> values) =>
        remaining > TimeSpan.FromDays(1)
            ? Count(group + ".DaysLeft", VerificationPolicy.DaysLeft(remaining), values)
            : Count(group + ".HoursLeft", Math.Max(1, (int)Math.Ceiling(remaining.TotalHours)), values);

    /// <summary>A sentence that comes from elsewhere.</summary>
#pragma warning disable CA1822, MA0038 // Called as the others are.
    public Phrase Literal(string text) => new("{text}", new Dictionary<string, string>(StringComparer.Ordinal) { ["text"] = text });

    /// <summary>A text that may be missing.</summary>
    public string? Find(string key) => ResourceOf(key).GetString(key, CultureInfo.CurrentUICulture);
#pragma warning restore CA1822, MA0038

    /// <summary>A few names in a row: "Payroll, Wiki and Notes".</summary>
    public string List(IReadOnlyList<string> names) => names.Count < 2
        ? string.Concat(names)
        : this["And.Two", ("first", string.Join(", ", names.SkipLast(1))), ("last", names[^1])].ToString();

    // The texts of the console's areas, Admin.People.…, stand beside their pages.
    private static ResourceManager ResourceOf(string key) =>
        key.StartsWith("Admin.", StringComparison.Ordinal) && key.Split('.') is [_, var area, _, ..]
            ? Areas.GetOrAdd(area, name => new ResourceManager($"IdP.Server.Pages.Admin.{name}.Words", typeof(Words).Assembly))
            : Resources;

    private Phrase Make(string template, ReadOnlySpan<(string Name, object? Value)> values)
    {
        var support = Support.Name ?? Find("Support.Name.None")!;
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["org"] = branding.Name,
            ["support"] = support,
            ["Support"] = support[..1].ToUpper(CultureInfo.CurrentUICulture) + support[1..],
        };
        foreach (var (name, value) in values) all[name] = Convert.ToString(value, CultureInfo.CurrentCulture) ?? "";
        return new Phrase(template, all);
    }
}
