using System.Buffers.Binary;
using System.Security.Cryptography;

namespace IdP.Verification.Methods.Totp;

/// <summary>RFC 6238 on RFC 4226, as the authenticator apps have it: HMAC-SHA-1, six digits, thirty seconds.</summary>
public static class TotpVerifier
{
    /// <summary>Seconds in a time step.</summary>
    public const int StepSeconds = 30;

    /// <summary>Digits of a code.</summary>
    public const int Digits = 6;

    private const int Modulus = 1_000_000;

    /// <summary>The time step of an instant; steps count from 1970-01-01T00:00Z, and before it below zero.</summary>
    public static long StepOf(DateTimeOffset time) => (long)Math.Floor(time.ToUnixTimeSeconds() / (double)StepSeconds);

    /// <summary>Finds the time step whose code the person typed.</summary>
    /// <param name="secret">The shared secret, 20 bytes (160 bits, RFC 4226 §4 R6), already decrypted.</param>
    /// <param name="code">6 ASCII digits; anything else is a wrong code, not an error.</param>
    /// <param name="now">Current time.</param>
    /// <param name="drift">Steps accepted on either side of now: 0 or 1 (RFC 6238 §5.2 advises 1 at most).</param>
    /// <returns>The newest step that fits; null when none does. Whether it was used before is the caller's to decide.</returns>
    public static long? FindStep(ReadOnlySpan<byte> secret, ReadOnlySpan<char> code, DateTimeOffset now, int drift = 1)
    {
        if (!TryParse(code, out var typed)) return null;
        var present = StepOf(now);
        long? found = null;
        // Every step is computed and compared, whichever fits, so that the time taken tells nothing.
        for (var step = present - drift; step <= present + drift; step++)
        {
            if (EqualsFixedTime(CodeAt(secret, step), typed)) found = step;
        }

        return found;
    }

    /// <summary>By how many minutes the clock that made a code is off; for enrollment only, where the person holds the secret anyway.</summary>
    /// <returns>1 to 10; null when the code is of none of these minutes.</returns>
    public static int? FindMinutesOff(ReadOnlySpan<byte> secret, ReadOnlySpan<char> code, DateTimeOffset now)
    {
        const int Farthest = 10 * 60 / StepSeconds;
        if (!TryParse(code, out var typed)) return null;
        int? nearest = null;
        for (var away = -Farthest; away <= Farthest; away++)
        {
            if (EqualsFixedTime(CodeAt(secret, StepOf(now) + away), typed) && (nearest is null || Math.Abs(away) < nearest)) nearest = Math.Abs(away);
        }

        return nearest is { } steps ? Math.Max(1, steps * StepSeconds / 60) : null;
    }

    /// <summary>The code of a time step (RFC 4226 §5.3) as a number from 0 to 999999.</summary>
    public static int CodeAt(ReadOnlySpan<byte> secret, long step)
    {
        Span<byte> message = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(message, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 6238 with HMAC-SHA-1 is what the authenticator apps speak; HMAC does not need collision resistance.
        HMACSHA1.HashData(secret, message, hash);
#pragma warning restore CA5350
        var offset = hash[^1] & 0xF;
        return (BinaryPrimitives.ReadInt32BigEndian(hash[offset..]) & int.MaxValue) % Modulus;
    }

    private static bool TryParse(ReadOnlySpan<char> code, out int value)
    {
        value = 0;
        if (code.Length != Digits) return false;
        foreach (var digit in code)
        {
            // Not char.IsDigit: digits of other scripts are not what an app shows.
            if (!char.IsAsciiDigit(digit)) return false;
            value = (value * 10) + (digit - '0');
        }

        return true;
    }

    private static bool EqualsFixedTime(int left, int right)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(bytes, left);
        BinaryPrimitives.WriteInt32BigEndian(bytes[4..], right);
        return CryptographicOperations.FixedTimeEquals(bytes[..4], bytes[4..]);
    }
}
