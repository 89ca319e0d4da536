using System.Globalization;
using System.Text;
using IdP.Server.Admin.Campaigns;
using Microsoft.AspNetCore.Html;

namespace IdP.Server.Pages.Admin.Campaigns;

/// <summary>People by days left as a drawing. Written here because Razor takes SVG's text for its own; it holds numbers alone.</summary>
internal static class DaysLeftChart
{
    private const int Top = 120;
    private const int Height = 100;

    // Across in parts of the width, so that bars grow with the page and numbers stay as large as the text around them.
    private const double Step = 100.0 / ShowCampaign.MostDays;

    /// <param name="bars">At least one.</param>
    /// <param name="describedBy">Id of the element that says the same in words.</param>
    public static HtmlString Draw(IReadOnlyList<ShowCampaign.Bar> bars, string describedBy)
    {
        var most = bars.Max(bar => bar.People);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture,
            $"""<svg width="100%" height="146" overflow="visible" role="img" aria-labelledby="{describedBy}" fill="currentColor" font-size="13" text-anchor="middle">""");
        for (var day = 1; day <= ShowCampaign.MostDays; day++)
        {
            var middle = (day - 0.5) * Step;
            if (bars.FirstOrDefault(bar => bar.Days == day) is { } bar)
            {
                var height = Math.Max(2, (int)((long)bar.People * Height / most));
                svg.Append(CultureInfo.InvariantCulture, $"""<rect fill="var(--accent)" x="{middle - 2.4:0.##}%" y="{Top - height}" width="4.8%" height="{height}" rx="3"/><text x="{middle:0.##}%" y="{Top - 6 - height}">{bar.People}</text>""");
            }

            // Every other one: on a telephone they would touch.
            if (day % 2 == 1) svg.Append(CultureInfo.InvariantCulture, $"""<text x="{middle:0.##}%" y="140">{day}{(day == ShowCampaign.MostDays ? "+" : "")}</text>""");
        }

        svg.Append(CultureInfo.InvariantCulture, $"""<line y1="{Top + 1}" y2="{Top + 1}" x2="100%" stroke="currentColor"/></svg>""");
        return new HtmlString(svg.ToString());
    }
}
