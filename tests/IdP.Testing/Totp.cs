using System.Globalization;

namespace IdP.Testing;

/// <summary>Codes by <c>oathtool</c>, which shares no line with the product (RFC 6238).</summary>
public static class Totp
{
    /// <param name="secret">Base32, spaces allowed.</param>
    /// <param name="at">The moment whose 30 s step is meant.</param>
    /// <param name="digits">6 in the product; the vectors of RFC 6238 appendix B have 8.</param>
    public static async Task<string> CodeAsync(string secret, DateTimeOffset at, int digits = 6) =>
        (await CodesAsync(secret, at, 1, digits))[0];

    /// <summary>The codes of this step and the ones after it, in order.</summary>
    public static async Task<IReadOnlyList<string>> CodesAsync(string secret, DateTimeOffset at, int count, int digits = 6)
    {
        Requires.Oathtool();
        var now = at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        var result = await Programs.RunAsync(
            "oathtool", "--totp", "--base32", $"--digits={digits}", $"--window={count - 1}", $"--now={now}",
            secret.Replace(" ", "", StringComparison.Ordinal));
        return result.Succeeded().Split('\n');
    }

    /// <summary>Six digits that are right nowhere in the steps from two before to two after the moment.</summary>
    public static async Task<string> WrongCodeAsync(string secret, DateTimeOffset at)
    {
        var right = await CodesAsync(secret, at.AddSeconds(-60), 5);
        return new[] { "000000", "111111", "222222", "333333", "444444", "555555" }.First(code => !right.Contains(code));
    }
}
