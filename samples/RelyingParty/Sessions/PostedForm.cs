using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Samples.RelyingParty.SignIn;

namespace Samples.RelyingParty.Sessions;

/// <summary>A form that someone who is signed in posted from a page of this app.</summary>
public sealed record PostedForm(AppSession Session, IFormCollection Form)
{
    /// <summary>The name of the hidden field that carries <see cref="AppSession.FormToken"/>.</summary>
    public const string TokenField = "form_token";

    /// <returns>Null when nobody is signed in or the form does not come from a page of this app.</returns>
    public static async Task<PostedForm?> ReadAsync(HttpContext http)
    {
        var session = http.RequestServices.GetRequiredService<AppSessions>().Find(http.Request);
        if (session is null || !http.Request.HasFormContentType) return null;
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        return RandomValue.Same(form[TokenField], session.FormToken) ? new PostedForm(session, form) : null;
    }
}
