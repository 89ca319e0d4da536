using IdP.Verification.Methods;

namespace IdP.Server.Pages.Verify;

/// <summary>What a wrong code is answered with, on every page that asks for one.</summary>
internal static class CodeMessages
{
    private const int FewLeft = 3;

    /// <summary>The message of the page, how many attempts are left when they are few, and a hint at the second one.</summary>
    public static Phrase WrongCode(this FlowPage page, string key, CodeCheck.Wrong wrong)
    {
        var words = page.Words;
        List<Phrase> message = [words[key]];
        if (wrong.AttemptsLeft <= FewLeft) message.Add(words.Count("Code.Left", wrong.AttemptsLeft));
        if (wrong.InARow >= 2) message.Add(words["Code.Again"]);
        return Phrase.Join(message);
    }
}
