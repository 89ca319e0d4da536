using System.Text.RegularExpressions;
using IdP.Server.Hosting;
using IdP.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Mail;

/// <summary>The words of the mails: those that an admin changed, else the shipped ones.</summary>
internal sealed partial class MailTemplates(IdPDatabase database, BrandingOptions branding)
{
    /// <summary>A template and where it is from.</summary>
    /// <param name="UpdatedAt">When an admin changed it; null: it is the shipped one.</param>
    public sealed record Found(MailKind Kind, string Language, MailTemplateText Words, DateTimeOffset? UpdatedAt);

    /// <summary>The form in which languages are stored: <c>de</c>, <c>de-at</c>.</summary>
    public static string Normalize(string language) => language.ToLowerInvariant();

    /// <summary>Whether it is a language tag (BCP 47) that fits into the table.</summary>
    public static bool IsLanguage(string language) => language.Length <= 16 && Tag().IsMatch(language);

    /// <summary>The shipped words; null: none in this language.</summary>
    public static MailTemplateText? Shipped(MailKind kind, string language) =>
        MailLanguage.Resource($"{kind.Name}.{language}.txt") is { } file ? MailTemplateText.Read(file) : null;

    /// <summary>The template for a person: in their language, else in the organisation's, else in English.</summary>
    /// <param name="kind">Which mail.</param>
    /// <param name="locale">BCP 47 tag of the person's language, or null.</param>
    public async Task<Found> FindAsync(MailKind kind, string? locale, CancellationToken ct)
    {
        var changed = await ChangedAsync(kind, ct);
        var wanted = new[] { locale, branding.Language, "en" }.OfType<string>().Select(Normalize).SelectMany(tag => new[] { tag, tag.Split('-')[0] });
        return wanted.Select(language => Find(kind, language, changed)).OfType<Found>().First();
    }

    /// <summary>The template of exactly this language; null: there is none.</summary>
    public async Task<Found?> GetAsync(MailKind kind, string language, CancellationToken ct) =>
        Find(kind, Normalize(language), await ChangedAsync(kind, ct));

    /// <summary>Every template, in the order of the kinds.</summary>
    public async Task<IReadOnlyList<Found>> AllAsync(CancellationToken ct)
    {
        await using var db = database.CreateContext();
        var changed = await db.MailTemplates.AsNoTracking().ToListAsync(ct);
        return
        [
            .. MailKinds.All.SelectMany(kind =>
            {
                var own = changed.Where(row => row.Kind == kind.Name).ToList();
                return MailLanguage.Shipped.Union(own.Select(row => row.Language)).Select(language => Find(kind, language, own)).OfType<Found>();
            }),
        ];
    }

    private async Task<List<Storage.Outbox.MailTemplate>> ChangedAsync(MailKind kind, CancellationToken ct)
    {
        await using var db = database.CreateContext();
        return await db.MailTemplates.AsNoTracking().Where(row => row.Kind == kind.Name).ToListAsync(ct);
    }

    private static Found? Find(MailKind kind, string language, IReadOnlyList<Storage.Outbox.MailTemplate> changed) =>
        changed.FirstOrDefault(row => row.Language == language) is { } row ? new Found(kind, language, new MailTemplateText(row.Subject, row.Text), row.UpdatedAt)
        : Shipped(kind, language) is { } shipped ? new Found(kind, language, shipped, null)
        : null;

    [GeneratedRegex("^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Tag();
}
