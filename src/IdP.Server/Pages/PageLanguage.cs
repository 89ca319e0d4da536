using System.Data.Common;
using System.Globalization;
using IdP.Protocol.Interactions;
using IdP.Protocol.Logout;
using IdP.Server.Hosting;
using IdP.Verification.SignIn;

namespace IdP.Server.Pages;

/// <summary>
/// The language of a request: what the person chose on a page, else what the application asks for, else what the browser
/// does, else the profile's, else the organisation's.
/// </summary>
internal sealed class PageLanguage(ParkedRequests parkedRequests, LogoutRequests logoutRequests, CurrentSignIn current, IdPOptions options)
{
    public const string Parameter = "ui_locales";

    private CultureInfo? chosen;
    private List<KeyValuePair<string, string?>> query = [];

    private bool IsSecure => options.Issuer.StartsWith("https:", StringComparison.Ordinal);

    private string Cookie => IsSecure ? "__Host-idp_language" : "idp_language";

    // It may have mails in a language of its own.
    private CultureInfo Organisation => Languages.OfTags(options.Branding.Language) ?? Languages.Known[0];

    /// <summary>The language of this request. Asked again for the error page, it is the one of the page that failed.</summary>
    public async ValueTask<CultureInfo> OfAsync(HttpContext http) => chosen ??= await ChooseAsync(http);

    /// <summary>The other languages, each with the address of this very page in it: its query alone, so that no path, like <c>//elsewhere</c>, leads away.</summary>
    public IEnumerable<(CultureInfo Language, string Url)> Others =>
        from language in Languages.Known
        where !language.Equals(chosen)
        select (language, QueryString.Create(query.Append(new(Parameter, language.Name))).ToUriComponent());

    private async ValueTask<CultureInfo> ChooseAsync(HttpContext http)
    {
        var request = http.Request;
        query = [.. from pair in request.Query where pair.Key != Parameter from value in pair.Value select new KeyValuePair<string, string?>(pair.Key, value)];
        if (Languages.OfTags(request.Query[Parameter]) is not { } asked) return Languages.OfTags(request.Cookies[Cookie]) ?? await WithoutAChoiceAsync(request);

        // It goes along to the pages that follow, and with the browser's window.
        http.Response.Cookies.Append(Cookie, asked.Name, new() { HttpOnly = true, Secure = IsSecure, SameSite = SameSiteMode.Lax, Path = "/", IsEssential = true });
        return asked;
    }

    private async ValueTask<CultureInfo> WithoutAChoiceAsync(HttpRequest request)
    {
        try
        {
            return Languages.OfTags(await OfApplicationAsync(request)) ?? Languages.OfBrowser(request)
                ?? Languages.OfTags((await current.SigningInAsync())?.Person.Locale) ?? Organisation;
        }
        catch (DbException)
        {
            // The page will say so itself, in whatever language can be had.
            return Languages.OfBrowser(request) ?? Organisation;
        }
    }

    private async ValueTask<string?> OfApplicationAsync(HttpRequest request) =>
        request.Query["interaction"] is [{ } handle] ? (await parkedRequests.FindAsync(handle))?.UiLocales
            : request.Query["logout"] is [{ } logout] ? logoutRequests.Read(logout)?.UiLocales : null;
}
