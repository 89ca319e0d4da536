using IdP.Verification.SignIn;

namespace IdP.Server.Pages.Portal;

/// <summary>One browser that is remembered for a person.</summary>
/// <param name="Id">The stored hash, which opens nothing.</param>
internal sealed record RememberedRow(string Id, bool IsThis, string Browser, DateTimeOffset Since, DateTimeOffset Until)
{
    /// <summary>This browser first, then the one remembered last.</summary>
    public static async Task<IReadOnlyList<RememberedRow>> ListAsync(RememberedBrowsers browsers, SignedIn present, Words words)
    {
        var rows = await browsers.ListAsync(present.Person);
        return
        [
            .. rows.Select(b => new RememberedRow(b.Hash, b.Hash == present.Remembered?.Hash, words.Browser(b.UserAgent), b.VerifiedAt, b.ExpiresAt))
                .OrderByDescending(b => b.IsThis),
        ];
    }
}
