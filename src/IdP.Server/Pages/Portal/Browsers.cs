namespace IdP.Server.Pages.Portal;

/// <summary>Tells a person their browsers apart; a User-Agent is a hint and never more.</summary>
internal static class Browsers
{
    private static readonly (string Mark, string Name)[] Known =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("SamsungBrowser/", "Samsung Internet"), ("Chrome/", "Chrome"), ("CriOS/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl")];

    private static readonly (string Mark, string Name)[] Systems =
        [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    /// <summary>"Firefox on Windows".</summary>
    public static string Browser(this Words words, string? userAgent)
    {
        if (Find(Known, userAgent) is not { } browser) return words["Browser.Unknown"].ToString();
        return Find(Systems, userAgent) is { } system ? words["Browser.On", ("browser", browser), ("system", system)].ToString() : browser;
    }

    /// <summary>Browser and system; null where they are not known.</summary>
    public static (string? Browser, string? System) Find(string? userAgent) => (Find(Known, userAgent), Find(Systems, userAgent));

    private static string? Find((string Mark, string Name)[] names, string? userAgent) =>
        names.FirstOrDefault(n => userAgent?.Contains(n.Mark, StringComparison.Ordinal) is true).Name;
}
