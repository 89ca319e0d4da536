using IdP.Protocol.Requests;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Verification.Decisions;

namespace IdP.Protocol.Grants;

/// <summary>One <c>grant_type</c> and its rules. RFC 6749 §4.5 leaves room for more.</summary>
internal interface IGrant
{
    string GrantType { get; }

    /// <summary>Decides what the client gets; nothing is stored yet.</summary>
    ValueTask<Result<Issuance>> RedeemAsync(OAuthForm form, Client client, CatalogSnapshot catalog, CancellationToken ct);
}

/// <summary>What a grant decided to issue.</summary>
internal sealed record Issuance(Client Client, string GrantType, IReadOnlyList<string> Scopes)
{
    /// <summary>The person's grant; null when the client acts for itself.</summary>
    public SubjectGrant? Grant { get; init; }

    /// <summary>What was proven, as the decision just said; null without a person.</summary>
    public Decision.Proceed? Proven { get; init; }

    public string? Nonce { get; init; }

    /// <summary>For whom the access token is (RFC 8707); empty: this server, for UserInfo.</summary>
    public IReadOnlyList<string> Audience { get; init; } = [];

    /// <summary>The scopes of the access token: of those granted the ones that its audience understands.</summary>
    public IReadOnlyList<string> AccessScopes { get; init; } = Scopes;

    /// <summary>Thumbprint of the key that must be proven for it (RFC 9449 §5 and §10); null: none.</summary>
    public string? BoundTo { get; init; }

    /// <summary>Thumbprint of the key that was proven; tokens are bound to it. Null: they are bearer tokens.</summary>
    public string? Jkt { get; init; }

    /// <summary>The end of the refresh tokens' family; null: no refresh token.</summary>
    public DateTimeOffset? RefreshUntil { get; init; }

    /// <summary>
    /// Takes what may be used once, by one conditional statement in the transaction that stores what is issued for it.
    /// False: another request was first, and nothing is issued.
    /// </summary>
    public Func<Statements, ValueTask<bool>>? TakeAsync { get; init; }

    /// <summary>What follows when another request was first.</summary>
    public Func<ValueTask<OAuthError>>? LostAsync { get; init; }
}
