using Samples.RelyingParty.SignIn;
using Samples.RelyingParty.Tokens;

namespace Samples.RelyingParty.Sessions;

/// <summary>
/// Someone is signed in to this app, in one browser. Tokens stay here; the browser gets only the handle.
/// </summary>
public sealed class AppSession
{
    private int refreshing;

    internal AppSession(TokenSet tokens, ClaimSet claims, DateTimeOffset expiresAt) =>
        (Tokens, Claims, ExpiresAt) = (tokens, claims, expiresAt);

    /// <summary>The claims of the latest ID token.</summary>
    public ClaimSet Claims { get; private set; }

    /// <summary>The stable id of the person.</summary>
    public string Subject => Claims.Exact("sub")!;

    /// <summary>What to call the person on a page.</summary>
    public string DisplayName => Claims["name"] ?? Profile?["name"] ?? Subject;

    /// <summary>Stands in every form, so that another site cannot make the browser post one.</summary>
    public string FormToken { get; } = RandomValue.New();

    internal string Handle { get; } = RandomValue.New();

    internal DateTimeOffset ExpiresAt { get; }

    internal TokenSet Tokens { get; private set; }

    /// <summary>What UserInfo said; null when it was not asked.</summary>
    internal ClaimSet? Profile { get; set; }

    internal int Refreshes { get; private set; }

    internal DateTimeOffset? RefreshedAt { get; private set; }

    /// <summary>Shown once, on the next page.</summary>
    internal string? Notice { get; set; }

    /// <summary>
    /// A refresh token works once (RFC 9700 §4.14.2), so two requests at once must not both present it: the provider
    /// would have to take the second for a thief.
    /// </summary>
    internal bool TryBeginRefresh() => Interlocked.Exchange(ref refreshing, 1) == 0;

    internal void EndRefresh() => Volatile.Write(ref refreshing, 0);

    internal void Replace(TokenSet tokens, ClaimSet claims, DateTimeOffset now) =>
        (Tokens, Claims, Refreshes, RefreshedAt) = (tokens, claims, Refreshes + 1, now);
}
