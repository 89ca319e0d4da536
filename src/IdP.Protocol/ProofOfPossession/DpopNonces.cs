using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using IdP.Storage.Keys;

namespace IdP.Protocol.ProofOfPossession;

/// <summary>
/// Nonces that the server hands out, so that no proof can be made in advance. RFC 9449 §8. They are a keyed hash of the
/// time, so that every node knows those of every other and nothing is stored.
/// </summary>
internal sealed class DpopNonces(MasterKeys masterKeys, TimeProvider clock)
{
    /// <summary>A new one comes as often; the one before is still taken.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(2);

    private const string Purpose = "dpop-nonce";

    public string Current => masterKeys.KeyedHash(Purpose, Name(Now));

    private long Now => clock.GetUtcNow().ToUnixTimeSeconds() / (long)Period.TotalSeconds;

    /// <summary>Whether a nonce is one of ours, at most two periods old.</summary>
    public bool IsGood(string nonce)
    {
        var (given, now) = (Encoding.UTF8.GetBytes(nonce), Now);
        // The next one, too: the clock of the node that gave it may be a little ahead.
        for (var period = now - 1; period <= now + 1; period++)
        {
            foreach (var good in masterKeys.KeyedHashes(Purpose, Name(period)))
            {
                if (CryptographicOperations.FixedTimeEquals(given, Encoding.ASCII.GetBytes(good))) return true;
            }
        }

        return false;
    }

    private static string Name(long period) => period.ToString(CultureInfo.InvariantCulture);
}
