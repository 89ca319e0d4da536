using Samples.RelyingParty.Sessions;

namespace Samples.RelyingParty.Pages;

/// <summary>Forms that post back to the app; each carries the session's form token.</summary>
public static class Form
{
    /// <summary>The hidden field without which a form is refused.</summary>
    public static Html Token(AppSession session) =>
        Html.Of($"""<input type="hidden" name="{PostedForm.TokenField}" value="{session.FormToken}">""");

    internal static Html Button(AppSession session, string action, string text, string id) => Html.Of($"""
        <form method="post" action="{action}">{Token(session)}<button class="btn sm" id="{id}">{text}</button></form>
        """);
}
