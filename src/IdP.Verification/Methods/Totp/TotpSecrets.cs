using IdP.Storage;
using IdP.Storage.Keys;

namespace IdP.Verification.Methods.Totp;

/// <summary>Makes the secrets that a server and an authenticator app share, and keeps them encrypted.</summary>
public sealed class TotpSecrets(MasterKeys keys, RandomSource random)
{
    private const string Purpose = "totp secret";

    /// <summary>160 bits, as RFC 4226 §4 recommends and every app reads.</summary>
    public const int Size = 20;

    public byte[] New()
    {
        var secret = new byte[Size];
        random.Fill(secret);
        return secret;
    }

    /// <summary>For storing; bound to the person, so that a row moved to somebody else does not open.</summary>
    public string Protect(ReadOnlySpan<byte> secret, string userId) => keys.Protect(secret, $"{Purpose}:{userId}", random);

    public byte[] Unprotect(string protectedSecret, string userId) => keys.Unprotect(protectedSecret, $"{Purpose}:{userId}");

    /// <summary>
    /// The address that an app reads from the QR code:
    /// <c>otpauth://totp/Issuer:account?secret=…&amp;issuer=…&amp;algorithm=SHA1&amp;digits=6&amp;period=30</c>.
    /// </summary>
    public static string KeyUri(ReadOnlySpan<byte> secret, string issuer, string account)
    {
        // A colon parts issuer and account, so neither may hold one.
        var label = $"{Uri.EscapeDataString(issuer.Replace(':', ' '))}:{Uri.EscapeDataString(account.Replace(':', ' '))}";
        return $"otpauth://totp/{label}?secret={Base32.Encode(secret)}&issuer={Uri.EscapeDataString(issuer.Replace(':', ' '))}&algorithm=SHA1&digits=6&period=30";
    }
}
