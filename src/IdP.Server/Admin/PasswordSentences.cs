using IdP.Verification.SignIn;

namespace IdP.Server.Admin;

/// <summary>The rules for passwords in sentences for admins. They may set a shorter one than a person may choose.</summary>
internal static class PasswordSentences
{
    /// <summary>What is wrong with a password, in a sentence; null: nothing.</summary>
    /// <param name="password">As it was given.</param>
    /// <param name="shortest">The fewest characters.</param>
    /// <param name="context">User name, address, organisation; null: unknown.</param>
    public static string? Problem(string password, int shortest = PasswordRules.ShortestWithVerification, params IEnumerable<string?> context) =>
        PasswordRules.Problem(password, shortest, context) switch
        {
            null => null,
            PasswordProblem.Empty => Sentence.Of($"The password is empty."),
            PasswordProblem.TooShort => Sentence.Of($"The password must have at least {shortest} characters."),
            PasswordProblem.TooLong => Sentence.Of($"The password must have at most {PasswordRules.Longest} characters."),
            PasswordProblem.Common => Sentence.Of($"The password is one of those that are guessed first."),
            _ => Sentence.Of($"The password is built on the user name, the address or the organisation's name."),
        };

    /// <summary>A warning for a password that is accepted and short; null: none.</summary>
    public static string? Warning(string password) => password.EnumerateRunes().Count() < PasswordRules.ShortestAlone
        ? Sentence.Of($"The password is shorter than {PasswordRules.ShortestAlone} characters: fine for somebody who always verifies, weak otherwise.")
        : null;
}
