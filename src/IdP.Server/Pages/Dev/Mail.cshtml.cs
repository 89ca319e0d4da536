using System.Text.RegularExpressions;
using IdP.Storage.Database;
using IdP.Storage.Outbox;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Pages.Dev;

/// <summary>The mails, in Development only: nobody needs a mail server to try things.</summary>
internal sealed partial class MailModel(IdPDatabase database, IHostEnvironment environment) : PageModel
{
    private const int Most = 100;

    public IReadOnlyList<OutboxMessage> Mails { get; private set; } = [];

    public OutboxMessage? Shown { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? id)
    {
        if (!environment.IsDevelopment()) return NotFound();
        await using var db = database.CreateContext();
        var mails = db.OutboxMessages.AsNoTracking();
        if (id is null) Mails = await mails.OrderByDescending(m => m.CreatedAt).Take(Most).ToListAsync();
        else if ((Shown = await mails.FirstOrDefaultAsync(m => m.Id == id)) is null) return NotFound();
        return Page();
    }

    /// <summary>The line with its addresses as links.</summary>
    public static IHtmlContent WithLinks(string line)
    {
        var html = new HtmlContentBuilder();
        var at = 0;
        foreach (var link in Address().EnumerateMatches(line))
        {
            var url = line.Substring(link.Index, link.Length);
            html.Append(line[at..link.Index]).AppendHtml("<a href=\"").Append(url).AppendHtml("\">").Append(url).AppendHtml("</a>");
            at = link.Index + link.Length;
        }

        return html.Append(line[at..]);
    }

    [GeneratedRegex(@"https?://[^\s<>""]+[^\s<>"".,]", RegexOptions.None, 10_000)]
    private static partial Regex Address();
}
