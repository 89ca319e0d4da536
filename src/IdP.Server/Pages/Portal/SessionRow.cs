using IdP.Verification.SignIn;

namespace IdP.Server.Pages.Portal;

/// <summary>One browser in which a person is signed in.</summary>
internal sealed record SessionRow(string Id, bool IsThis, string Browser, string? Address, DateTimeOffset Since, DateTimeOffset Seen)
{
    /// <summary>This browser first, then the one seen last.</summary>
    public static async Task<IReadOnlyList<SessionRow>> ListAsync(Sessions sessions, SignedIn present, Words words)
    {
        var rows = await sessions.ListAsync(present.Person.Id);
        return
        [
            .. rows.Select(s => new SessionRow(s.Id, s.Id == present.Session.Id, words.Browser(s.UserAgent), s.Address, s.CreatedAt, s.LastSeenAt))
                .OrderByDescending(s => s.IsThis),
        ];
    }
}
