using IdP.Storage;
using IdP.Storage.Database;
using IdP.Storage.Keys;
using IdP.Verification.Methods.Totp;
using IdP.Verification.SignIn;

namespace IdP.Verification.Methods.RecoveryCodes;

/// <summary>Look-up secrets (NIST SP 800-63B-4 §3.1.2): ten, each for one use, shown once.</summary>
public sealed class RecoveryCodeMethod(MasterKeys keys, RandomSource random) : IVerificationMethod
{
    public const string MethodName = "recovery_code";

    /// <summary>How many are made at once.</summary>
    public const int HowMany = 10;

    private const string Purpose = "recovery code";
    private const int Bytes = 10; // 80 bits: 16 characters of base32
    private const int Length = 16;

    public string Name => MethodName;

    public string? Normalize(string? input)
    {
        if (input is null || input.Length > 64) return null;
        var code = string.Concat(input.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
        return code.Length == Length ? code : null;
    }

    /// <summary>Makes ten new codes in place of all earlier ones.</summary>
    /// <returns>The codes in groups of four, to be shown once.</returns>
    internal async ValueTask<IReadOnlyList<string>> ReplaceAsync(Statements statements, string userId, DateTimeOffset now)
    {
        await statements.ExecuteAsync("DELETE FROM recovery_codes WHERE user_id = @p0", userId);
        await RememberedBrowsers.ForgetAllAsync(statements, userId);
        var codes = new List<string>(HowMany);
        var bytes = new byte[Bytes];
        while (codes.Count < HowMany)
        {
            random.Fill(bytes);
            var code = Base32.Encode(bytes);
            await statements.ExecuteAsync(
                "INSERT INTO recovery_codes (hash, user_id, created_at) VALUES (@p0, @p1, @p2)", keys.KeyedHash(Purpose, userId + ":" + code), userId, now);
            codes.Add($"{code[..4]}-{code[4..8]}-{code[8..12]}-{code[12..]}");
        }

        return codes;
    }

    public async ValueTask<Taken> TakeAsync(Statements statements, Person person, string answer, DateTimeOffset now)
    {
        foreach (var hash in keys.KeyedHashes(Purpose, person.Id + ":" + answer))
        {
            var won = await statements.ExecuteAsync(
                "UPDATE recovery_codes SET used_at = @p0 WHERE hash = @p1 AND user_id = @p2 AND used_at IS NULL", now, hash, person.Id);
            if (won != 1) continue;
            // The phone may be lost, and the browser with it.
            await RememberedBrowsers.ForgetAllAsync(statements, person.Id);
            return Taken.Right;
        }

        return Taken.Wrong;
    }

    /// <summary>How many unused codes a person has, and when they were made.</summary>
    public static async ValueTask<(int Left, DateTimeOffset? MadeAt)> CountAsync(Statements statements, string userId)
    {
        var row = await statements.FirstAsync(
            "SELECT COUNT(*), MAX(created_at) FROM recovery_codes WHERE user_id = @p0 AND used_at IS NULL",
            r => ((int)r.GetInt64(0), r.NullableTime(1)), userId);
        return row;
    }
}
