using System.Globalization;
using IdP.Server.Hosting;

namespace IdP.Server.Pages;

/// <summary>Times as people read them: in the zone of their profile, else in the organisation's.</summary>
internal sealed class LocalTime(Words words, BrandingOptions branding, TimeProvider clock)
{
    private TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(branding.TimeZone);

    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>From now on in this zone; an unknown one changes nothing.</summary>
    public void Use(string? zoneInfo)
    {
        if (zoneInfo is not null && TimeZoneInfo.TryFindSystemTimeZoneById(zoneInfo, out var own)) zone = own;
    }

    /// <summary>"Sunday 29 November, 17:00", with the year when it is another one.</summary>
    public string Full(DateTimeOffset time) =>
        Write(time, TimeZoneInfo.ConvertTime(time, zone).Year == TimeZoneInfo.ConvertTime(Now, zone).Year ? "Format.DateTime" : "Format.DateTimeYear") + Zone;

    /// <summary>"29 November 2026".</summary>
    public string Date(DateTimeOffset time) => Write(time, "Format.Date");

    /// <summary>"17:00" today, else as <see cref="Full"/>.</summary>
    public string Time(DateTimeOffset time) =>
        TimeZoneInfo.ConvertTime(time, zone).Date == TimeZoneInfo.ConvertTime(Now, zone).Date ? Write(time, "Format.Time") + Zone : Full(time);

    /// <summary>"29 Nov 2026, 17:00", for tables.</summary>
    public string Short(DateTimeOffset time) => Write(time, "Format.ShortDateTime") + Zone;

    /// <summary>A time as a form for local times sends it; null: it is none.</summary>
    public DateTimeOffset? Read(string local) =>
        DateTime.TryParse(local, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) && time is { Kind: DateTimeKind.Unspecified, Year: > 1970 and < 9000 }
            ? new DateTimeOffset(time, zone.GetUtcOffset(time)).ToUniversalTime()
            : null;

    /// <summary>The last minute of a day, where the reader is.</summary>
    public DateTimeOffset EndOf(DateOnly day)
    {
        var local = day.ToDateTime(new TimeOnly(23, 59));
        return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
    }

    /// <summary>The day of a time, where the reader is.</summary>
    public DateOnly DayOf(DateTimeOffset time) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time, zone).DateTime);

    // Nobody's clock on the wall shows UTC, so it is said.
    private string Zone => zone.Id is "UTC" or "Etc/UTC" ? " UTC" : "";

    private string Write(DateTimeOffset time, string format) =>
        TimeZoneInfo.ConvertTime(time, zone).ToString(words[format].ToString(), CultureInfo.CurrentCulture);
}
