using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace IdP.Server.Pages;

/// <summary>The languages that the pages are written in, each complete in a <c>Words.….resx</c>; and which of them somebody means.</summary>
internal static class Languages
{
    // Whoever lists more than this is not a person.
    private const int MostTags = 20;

    /// <summary>As <c>ui_locales_supported</c> of discovery names them.</summary>
    public static IReadOnlyList<CultureInfo> Known { get; } = [CultureInfo.GetCultureInfo("en"), CultureInfo.GetCultureInfo("de")];

    /// <summary>The first that is known of <c>ui_locales</c>: BCP 47 tags, separated by spaces, most wanted first.</summary>
    /// <returns>Null: none is; also for anything that is no such list.</returns>
    public static CultureInfo? OfTags(string? tags) =>
        tags?.Split(' ', MostTags + 1, StringSplitOptions.RemoveEmptyEntries).Take(MostTags).Select(OfTag).FirstOrDefault(language => language is not null);

    /// <summary>What the browser asks for (RFC 9110 §12.5.4).</summary>
    public static CultureInfo? OfBrowser(HttpRequest request) =>
        !StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptLanguage, out var wanted) ? null
            : wanted.Take(MostTags).Where(tag => tag.Quality != 0).OrderByDescending(tag => tag.Quality ?? 1)
                .Select(tag => OfTag(tag.Value.Value)).FirstOrDefault(language => language is not null);

    // RFC 4647 §3.4: "de-AT" is served by "de".
    private static CultureInfo? OfTag(string? tag) =>
        Known.FirstOrDefault(language => string.Equals(language.Name, tag?.Split('-')[0], StringComparison.OrdinalIgnoreCase));
}
