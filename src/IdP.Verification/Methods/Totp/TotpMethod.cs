using IdP.Storage.Database;
using IdP.Verification.SignIn;

namespace IdP.Verification.Methods.Totp;

/// <summary>A six-digit code of an authenticator app.</summary>
public sealed class TotpMethod(TotpSecrets secrets) : IVerificationMethod
{
    /// <summary>Also its RFC 8176 value.</summary>
    public const string MethodName = "otp";

    public string Name => MethodName;

    /// <summary>Spaces and dashes are taken out: apps show and copy "123 456".</summary>
    public string? Normalize(string? input) => NormalizeCode(input);

    public static string? NormalizeCode(string? input)
    {
        if (input is null || input.Length > 64) return null;
        var code = string.Concat(input.Where(c => !char.IsWhiteSpace(c) && c is not ('-' or '\u2011')));
        return code.Length == TotpVerifier.Digits && code.All(char.IsAsciiDigit) ? code : null;
    }

    public async ValueTask<Taken> TakeAsync(Statements statements, Person person, string answer, DateTimeOffset now)
    {
        var authenticators = await statements.AllAsync(
            "SELECT id, protected_secret FROM totp_authenticators WHERE user_id = @p0", row => (Id: row.GetString(0), Secret: row.GetString(1)), person.Id);
        // Of all apps first, whichever fits, so that the time taken tells nothing.
        var fitting = authenticators.ConvertAll(a => (a.Id, Step: TotpVerifier.FindStep(secrets.Unprotect(a.Secret, person.Id), answer, now)));
        var taken = Taken.Wrong;
        foreach (var (id, found) in fitting)
        {
            if (found is not { } step) continue;
            // RFC 6238 §5.2: a step is accepted once. The row says who was first.
            var won = await statements.ExecuteAsync(
                "UPDATE totp_authenticators SET last_step = @p0, last_used_at = @p1 WHERE id = @p2 AND last_step < @p0", step, now, id);
            if (won == 1) return Taken.Right;
            taken = Taken.UsedBefore;
        }

        return taken;
    }
}
