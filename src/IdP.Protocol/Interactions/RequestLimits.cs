using IdP.Protocol.Requests;
using IdP.Storage;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Verification.Attempts;
using IdP.Verification.SignIn;

namespace IdP.Protocol.Interactions;

/// <summary>
/// Limits how many rows somebody makes here whom nobody knows: parked, pushed and device requests. Each is counted in
/// the transaction that stores it, so that a limit costs no commit of its own.
/// </summary>
public sealed class RequestLimits(ProtocolOptions options, TimeProvider clock)
{
    // Of a client that proved itself: far above a busy morning, and still an end for one that runs wild.
    private const int MostOfAClient = 100_000;

    private static readonly TimeSpan Length = TimeSpan.FromMinutes(10);

    /// <summary>What a client is told.</summary>
    internal static OAuthError TooMany { get; } =
        new("temporarily_unavailable", "Too many requests came from this address. Try again later.", 429) { RetryAfter = 60 };

    /// <summary>A request that waits for a person; given back when it is answered.</summary>
    internal RequestLimit Parked(RequestOrigin origin) => OfAddress("parked", origin);

    /// <summary>A request that a client left here, by pushing it or for a device.</summary>
    internal RequestLimit Left(Client client, RequestOrigin origin) => client.Type == ClientType.Public
        ? OfAddress("left", origin)
        : new(AttemptWindow.Of(Handle.HashOf("client " + client.ClientId), Length, clock.GetUtcNow()).Owner, MostOfAClient);

    private RequestLimit OfAddress(string what, RequestOrigin origin) =>
        new(AttemptWindow.Of(Handle.HashOf(what + " " + PasswordSignIn.CountedAddress(origin.Address)), Length, clock.GetUtcNow()).Owner, options.OpenRequestsPerAddress);
}

/// <summary>Whose requests are counted, and how many there may be.</summary>
internal readonly record struct RequestLimit(string Owner, int Most)
{
    /// <returns>False when the request must not be stored.</returns>
    public async ValueTask<bool> CountAsync(Statements statements, DateTimeOffset now) =>
        await AttemptCounter.CountAsync(statements, AttemptKind.Request, Owner, Most, now) is not null;
}
