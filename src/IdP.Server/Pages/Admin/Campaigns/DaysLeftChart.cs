using System.Globalization;
using System.Text;
using IdP.Server.Admin.Campaigns;
using Microsoft.AspNetCore.Html;

namespace IdP.Server.Pages.Admin.Campaigns;

/// <summary>People by days left as a drawing. Written here because Razor takes SVG's text for its own; it holds numbers alone.</summary>
internal static class DaysLeftChart
{
    private const int Step = 40;
    private const int Top = 120;
    private const int Height = 100;

    /// <param name="bars">At least one.</param>
    /// <param name="describedBy">Id of the element that says the same in words.</param>
    public static HtmlString Draw(IReadOnlyList<ShowCampaign.Bar> bars, string describedBy)
    {
        var most = bars.Max(bar => bar.People);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture,
            $"""<svg viewBox="0 0 {ShowCampaign.MostDays * Step} 150" width="100%" role="img" aria-labelledby="{describedBy}" fill="currentColor" font-size="14" text-anchor="middle">""");
        for (var day = 1; day <= ShowCampaign.MostDays; day++)
        {
            var x = (day - 1) * Step;
            if (bars.FirstOrDefault(bar => bar.Days == day) is { } bar)
            {
                var height = Math.Max(1, (int)((long)bar.People * Height / most));
                svg.Append(CultureInfo.InvariantCulture, $"""<rect x="{x + 4}" y="{Top - height}" width="32" height="{height}" rx="3"/><text x="{x + 20}" y="{Top - 5 - height}">{bar.People}</text>""");
            }

            svg.Append(CultureInfo.InvariantCulture, $"""<text x="{x + 20}" y="140">{day}{(day == ShowCampaign.MostDays ? "+" : "")}</text>""");
        }

        svg.Append(CultureInfo.InvariantCulture, $"""<path d="M0 {Top + 1}H{ShowCampaign.MostDays * Step}" stroke="currentColor"/></svg>""");
        return new HtmlString(svg.ToString());
    }
}
