using IdP.Verification.SignIn;

namespace IdP.Server.Pages;

/// <summary>Why a password is not taken, for every page on which one is chosen.</summary>
internal static class PasswordWords
{
    public static Phrase WhyNot(this Words words, PasswordProblem problem, int shortest) => problem switch
    {
        PasswordProblem.Empty => words["Password.NewEmpty"],
        PasswordProblem.TooShort => words["Password.TooShort", ("n", shortest)],
        PasswordProblem.TooLong => words["Password.TooLong", ("n", PasswordRules.Longest)],
        PasswordProblem.Common => words["Password.Common"],
        _ => words["Password.Context"],
    };

    /// <summary>As the other, for the outcome of a change.</summary>
    /// <returns>Null when the outcome says nothing about the wanted password.</returns>
    public static Phrase? WhyNot(this Words words, PasswordChange outcome, int shortest) => outcome switch
    {
        PasswordChange.TooShort => words.WhyNot(PasswordProblem.TooShort, shortest),
        PasswordChange.TooLong => words.WhyNot(PasswordProblem.TooLong, shortest),
        PasswordChange.Common => words.WhyNot(PasswordProblem.Common, shortest),
        PasswordChange.Context => words.WhyNot(PasswordProblem.Context, shortest),
        PasswordChange.Same => words["Password.Same"],
        _ => null,
    };
}
