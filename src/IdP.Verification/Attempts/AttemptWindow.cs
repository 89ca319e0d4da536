using System.Globalization;

namespace IdP.Verification.Attempts;

/// <summary>
/// A span of time in which something is counted: what was counted in an earlier span is forgotten, so that a trickle
/// never adds up. Spans begin at whole multiples of their length, on every node alike.
/// </summary>
/// <param name="Owner">Whose count it is, in this span: to be given to <see cref="AttemptCounter"/>.</param>
/// <param name="Left">Until the span ends.</param>
public readonly record struct AttemptWindow(string Owner, TimeSpan Left)
{
    /// <param name="whose">An address or a name, at most 48 characters.</param>
    public static AttemptWindow Of(string whose, TimeSpan length, DateTimeOffset now)
    {
        var (number, gone) = Math.DivRem(now.ToUnixTimeMilliseconds(), (long)length.TotalMilliseconds);
        return new AttemptWindow(string.Create(CultureInfo.InvariantCulture, $"{whose}|{number}"), length - TimeSpan.FromMilliseconds(gone));
    }
}
