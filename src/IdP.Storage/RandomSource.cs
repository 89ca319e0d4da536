using System.Buffers.Text;
using System.Security.Cryptography;

namespace IdP.Storage;

/// <summary>Every random byte comes from here, so that a test can replay a run.</summary>
public class RandomSource
{
    // No 0, 1, I, L, O, U: a reference is read out over the phone.
    private const string Spoken = "23456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>Fills the span with unpredictable bytes.</summary>
    public virtual void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);

    /// <summary>An identifier that is not a secret: 128 bits, 22 characters of base64url.</summary>
    public string NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        Fill(bytes);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>A reference number a person reads out to support, such as <c>LK-7F3Q-29</c>.</summary>
    /// <param name="prefix">Two letters that say what kind it is: LK lock, ER error.</param>
    public string NewReference(string prefix)
    {
        Span<byte> bytes = stackalloc byte[6];
        Fill(bytes);
        return string.Create(prefix.Length + 8, (prefix, (ReadOnlyMemory<byte>)bytes.ToArray()), static (text, state) =>
        {
            state.prefix.CopyTo(text);
            var at = state.prefix.Length;
            text[at++] = '-';
            for (var i = 0; i < 6; i++)
            {
                if (i == 4) text[at++] = '-';
                text[at++] = Spoken[state.Item2.Span[i] % Spoken.Length];
            }
        });
    }
}
