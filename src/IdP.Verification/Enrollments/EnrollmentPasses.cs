using System.Globalization;
using IdP.Storage;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Keys;

namespace IdP.Verification.Enrollments;

/// <summary>Makes and takes the codes that stand for a first-enrollment proof; stored as keyed hashes, used once.</summary>
public sealed class EnrollmentPasses(MasterKeys keys, RandomSource random)
{
    public const string Mail = "mail";
    public const string Admin = "admin";

    private const string Purpose = "enrollment pass";
    private const int MailDigits = 8;
    private const int PassLength = 12;

    // No 0, 1, I, L, O, U: an admin reads it out over the phone.
    private const string Spoken = "23456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>A new code, to be shown or sent once, and the row to store.</summary>
    /// <param name="ownerId">The pending sign-in or session that alone may use it; null: any of the person's.</param>
    public (string Code, EnrollmentPass Row) New(string userId, string kind, string? ownerId, DateTimeOffset now, TimeSpan lifetime)
    {
        var code = kind == Mail ? NewDigits() : NewPass();
        return (kind == Mail ? code : $"{code[..4]}-{code[4..8]}-{code[8..]}", new EnrollmentPass
        {
            Id = random.NewId(), UserId = userId, Kind = kind, Hash = keys.KeyedHash(Purpose, Value(userId, ownerId, code)), OwnerId = ownerId,
            CreatedAt = now, ExpiresAt = now + lifetime,
        });
    }

    /// <summary>Brings what was typed into the form that is compared.</summary>
    /// <returns>Null when it can be neither a mailed code nor a pass.</returns>
    public static string? Normalize(string? input)
    {
        if (input is null || input.Length > 64) return null;
        var code = string.Concat(input.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
        return code.Length == PassLength || (code.Length == MailDigits && code.All(char.IsAsciiDigit)) ? code : null;
    }

    /// <summary>Uses up a code of the person: one issued for this sign-in, or an admin's pass.</summary>
    /// <returns>Its kind; null when it is wrong, used, too old or another browser's.</returns>
    internal async ValueTask<string?> TakeAsync(Statements statements, string userId, string ownerId, string answer, DateTimeOffset now)
    {
        var (kind, owner) = answer.Length == MailDigits ? (Mail, ownerId) : (Admin, null);
        foreach (var hash in keys.KeyedHashes(Purpose, Value(userId, owner, answer)))
        {
            var won = await statements.ExecuteAsync(
                "UPDATE enrollment_passes SET used_at = @p0 WHERE user_id = @p1 AND kind = @p2 AND hash = @p3 AND used_at IS NULL AND expires_at > @p0",
                now, userId, kind, hash);
            if (won == 1) return kind;
        }

        return null;
    }

    // Person and sign-in are part of what is hashed, so that a code typed elsewhere is just wrong.
    private static string Value(string userId, string? ownerId, string code) => $"{userId}:{ownerId}:{code}";

    private string NewDigits()
    {
        Span<byte> bytes = stackalloc byte[8];
        random.Fill(bytes);
        return (BitConverter.ToUInt64(bytes) % 100_000_000).ToString("D8", CultureInfo.InvariantCulture);
    }

    private string NewPass()
    {
        Span<byte> bytes = stackalloc byte[PassLength * 2];
        random.Fill(bytes);
        var code = new char[PassLength];
        for (var i = 0; i < PassLength; i++) code[i] = Spoken[BitConverter.ToUInt16(bytes[(i * 2)..]) % Spoken.Length];
        return new string(code);
    }
}
