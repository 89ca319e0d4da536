using System.Globalization;
using IdP.Server.Pages;
using IdP.Testing;
using IdP.Tests.Server.Journeys;

namespace IdP.Tests.Server.Pages;

/// <summary>Who chooses the language, and what does not.</summary>
internal sealed class LanguageTests() : ServerFixture(TestDatabaseKind.Sqlite)
{
    protected override IEnumerable<object> People =>
    [
        Person("plain"),
        new { username = "anna", displayName = "Anna", email = "anna@example.com", password = Password, locale = "de-AT" },
    ];

    protected override IEnumerable<object> Apps => [App("notes", "notRequired")];

    [TestCase("de", "de")]
    [TestCase("de-CH-1996", "de")]
    [TestCase("DE", "de")]
    [TestCase("fr de en", "de")]
    [TestCase("fr en de", "en")]
    [TestCase("fr", "en")]
    [TestCase("", "en")]
    [TestCase("../../etc/passwd de", "de")]
    [TestCase("dede d%00e \u202ede <script> 'x'", "en")]
    public async Task The_application_asks_for_a_language(string locales, string expected)
    {
        var journey = await Browser("plain").OpenAsync(AppOf("notes"), "openid", ("ui_locales", locales));

        Assert.That(LanguageOf(journey.Page), Is.EqualTo(expected), $"{journey.Page}");
        Assert.That(journey.Page.Heading, Is.EqualTo(expected == "de" ? "Anmelden" : "Sign in"));
    }

    [Test]
    public async Task A_list_that_nobody_means_is_harmless()
    {
        var crowd = string.Join('+', Enumerable.Repeat("xx", 5000)) + "+de";
        foreach (var query in new[] { "ui_locales=de&ui_locales=en", $"ui_locales={crowd}", "ui_locales=%FF%FE", "ui_locales", "ui_locales[]=de" })
        {
            var page = await Browser("plain").OpenAsync("/signin?" + query);

            Assert.That((page.Status, LanguageOf(page)), Is.EqualTo((System.Net.HttpStatusCode.OK, "en")), query.Length > 99 ? query[..99] : query);
        }
    }

    [TestCase("de", "de")]
    [TestCase("de-AT, en;q=0.5", "de")]
    [TestCase("en;q=0.3, de;q=0.8", "de")]
    [TestCase("fr, it;q=0.9", "en")]
    [TestCase("de;q=0, en;q=0.1", "en")]
    [TestCase("*", "en")]
    [TestCase(";;;,,q=", "en")]
    public async Task Else_the_browser_does(string header, string expected)
    {
        var person = Browser("plain");
        person.Browser.AcceptLanguage = header;

        Assert.That(LanguageOf(await person.OpenAsync("/signin")), Is.EqualTo(expected));
    }

    [Test]
    public async Task What_the_application_asks_for_comes_before_the_browser_and_lasts_for_its_pages()
    {
        var person = Browser("plain");
        person.Browser.AcceptLanguage = "en";
        var journey = await person.OpenAsync(AppOf("notes"), "openid", ("ui_locales", "de"));

        await journey.SignInAsync("not the password");

        Assert.That(journey.Text, Does.Contain("Benutzername und Passwort passen nicht zusammen."));
        Assert.That(LanguageOf(await person.OpenAsync("/help")), Is.EqualTo("en"));
    }

    [Test]
    public async Task The_profile_speaks_where_the_browser_says_nothing_that_is_known()
    {
        var person = Browser("anna");
        person.Browser.AcceptLanguage = "fr";
        var page = await person.OpenAsync("/portal");
        Assert.That(LanguageOf(page), Is.EqualTo("en"), "nobody is there yet");

        Assert.That(LanguageOf(await person.SignInAsync(page)), Is.EqualTo("de"));
        person.Browser.AcceptLanguage = "en";
        Assert.That(LanguageOf(await person.OpenAsync("/portal")), Is.EqualTo("en"));
    }

    [Test]
    public async Task Who_chooses_on_a_page_keeps_the_page_and_the_choice()
    {
        var person = Browser("plain");
        person.Browser.AcceptLanguage = "en";
        var journey = await person.OpenAsync(AppOf("notes"), "openid", ("ui_locales", "en"));
        var link = journey.Page.Page.QuerySelector("footer a[lang=de]")!;
        Assert.That((link.TextContent, link.GetAttribute("hreflang")), Is.EqualTo(("Deutsch", "de")));

        var german = await person.OpenAsync(new Uri(journey.Page.Uri, link.GetAttribute("href")).ToString());
        Assert.That((LanguageOf(german), german.Page.QuerySelector("main p")!.TextContent), Is.EqualTo(("de", "und weiter zu notes")));

        // The choice goes along: to a page without it in its address, to an error, and back to the application.
        Assert.That(LanguageOf(await person.OpenAsync("/help/reset")), Is.EqualTo("de"));
        Assert.That(LanguageOf(await person.OpenAsync("/nowhere")), Is.EqualTo("de"));
        journey.Continue(german);
        await journey.SignInAsync();
        Assert.That(journey.At, Is.EqualTo(Journey.App));
        Assert.That(LanguageOf(await person.OpenAsync("/portal?ui_locales=en")), Is.EqualTo("en"));
    }

    [Test]
    public async Task The_link_to_the_other_language_leads_nowhere_else()
    {
        var page = await Browser("plain").OpenAsync(new Uri(Server.Issuer, "/.//evil.example/?to=%22%3E%3Cb%3E&ui_locales=en").ToString());

        var link = page.Page.QuerySelector("footer a[lang=de]")!.GetAttribute("href");
        Assert.That(link, Is.EqualTo("?to=%22%3E%3Cb%3E&ui_locales=de"), $"{page}");
    }

    [Test]
    public async Task An_error_page_keeps_the_language_of_the_page_that_failed()
    {
        var page = await Browser("plain").OpenAsync("/nowhere?ui_locales=de");

        Assert.That((LanguageOf(page), page.Heading), Is.EqualTo(("de", "Diese Seite haben wir nicht gefunden")));
    }

    [Test]
    public async Task A_choice_that_is_none_of_ours_is_not_kept()
    {
        var person = Browser("plain");

        await person.OpenAsync("/help?ui_locales=tlh");

        Assert.That(person.Browser.Last.Header("Set-Cookie"), Is.Null);
    }

    [Test]
    public async Task Discovery_names_the_languages()
    {
        var document = (await Browser("plain").OpenAsync("/.well-known/openid-configuration")).Json;

        Assert.That(document.GetProperty("ui_locales_supported").EnumerateArray().Select(language => language.GetString()), Is.EqualTo(Languages.Known.Select(language => language.Name)));
    }

    [Test]
    public void Every_language_writes_its_dates()
    {
        var time = new DateTime(2026, 11, 29, 17, 0, 0, DateTimeKind.Utc);

        Assert.That(
            Languages.Known.Select(language => time.ToString(PageTexts.Of(language.Name == "en" ? "" : language.Name)["Format.DateTime"], language)),
            Is.EqualTo(new[] { "Sunday 29 November, 17:00", "Sonntag, 29. November, 17:00 Uhr" }));
    }

    private static string? LanguageOf(Exchange page) => page.Page.DocumentElement.GetAttribute("lang");
}
