using IdP.Verification.SignIn;

namespace IdP.Server.Mail;

/// <summary>Sends the link for a new password, after the page has answered.</summary>
internal sealed class ResetMails(AfterAnswer after, CodeMails mails, PasswordResets resets, TimeProvider clock)
{
    /// <summary>Sends a link to whoever has this name; to nobody when there is nobody.</summary>
    /// <param name="name">As it was typed.</param>
    /// <param name="origin">Who asked.</param>
    public void Add(string name, RequestOrigin origin) => after.Add(async ct =>
    {
        if (name.Length > 320 || await resets.BeginAsync(name, origin) is not { } begun) return;
        await mails.SendPasswordLinkAsync(begun.Person, begun.Handle, clock.GetUtcNow() + PasswordResets.Lifetime, ct);
    });
}
