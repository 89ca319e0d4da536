using Samples.RelyingParty.SignIn;
using Samples.RelyingParty.Tokens;

namespace Samples.RelyingParty.Sessions;

/// <summary>
/// Someone is signed in to this app, in one browser. Tokens stay here; the browser gets only the handle.
/// </summary>
#pragma warning disable CA1001 // A semaphore whose wait handle nobody asks for holds nothing that must be given back.
public sealed class AppSession
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim refreshing = new(1);
    private string? signedInFor;

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

    /// <summary>The access token for the API that the app calls; null while there is none.</summary>
    internal ApiToken? ApiToken { get; set; }

    /// <summary>The page of this app for whose sake the sign-in happened; null: none.</summary>
    internal string? SignedInFor { set => signedInFor = value; }

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
    internal bool TryBeginRefresh() => refreshing.Wait(0);

    /// <summary>As <see cref="TryBeginRefresh"/>, but waits for the one that is under way.</summary>
    internal Task BeginRefreshAsync(CancellationToken ct) => refreshing.WaitAsync(ct);

    internal void EndRefresh() => refreshing.Release();

    /// <summary>
    /// Whether the sign-in happened for this page; true once, so that a page whose demand was not met does not send the
    /// person to the provider again and again.
    /// </summary>
    internal bool TakeSignedInFor(string page) => Interlocked.CompareExchange(ref signedInFor, null, page) == page;

    /// <summary>Keeps an access token for the API, and the refresh token that replaced the old one.</summary>
    internal void KeepForApi(TokenSet tokens, DateTimeOffset now)
    {
        ApiToken = new ApiToken(tokens.AccessToken, now.AddSeconds(tokens.ExpiresIn ?? 0));
        Tokens = Tokens with { RefreshToken = tokens.RefreshToken ?? Tokens.RefreshToken };
    }

    internal void Replace(TokenSet tokens, ClaimSet claims, DateTimeOffset now) =>
        (Tokens, Claims, Refreshes, RefreshedAt) = (tokens, claims, Refreshes + 1, now);
}

/// <summary>An access token for an API.</summary>
internal sealed record ApiToken(string Value, DateTimeOffset ExpiresAt)
{
    public override string ToString() => "ApiToken(redacted)";
}
