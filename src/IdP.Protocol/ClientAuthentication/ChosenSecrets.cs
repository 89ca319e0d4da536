using IdP.Storage;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Verification.Attempts;
using IdP.Verification.SignIn;

namespace IdP.Protocol.ClientAuthentication;

/// <summary>
/// Compares secrets that an admin chose, by their slow hash: counted for each client and address before they are compared,
/// and behind a gate of their own, so that whoever guesses keeps no person from signing in.
/// </summary>
internal sealed class ChosenSecrets(IdPDatabase database, AttemptCounter attempts, PasswordHasher hasher, TimeProvider clock) : IDisposable
{
    /// <summary>How many wrong secrets of a client are compared, from one address in one window.</summary>
    public const int Most = 30;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    // One at a time: a right secret is compared once and remembered.
    private readonly PasswordGate gate = new(1);

    /// <returns>An error when it must not, or cannot now, be compared.</returns>
    public async Task<Result<bool>> VerifyAsync(Credentials presented, IReadOnlyList<ClientSecret> secrets)
    {
        var whose = Handle.HashOf($"{presented.ClientId}\n{PasswordSignIn.CountedAddress(presented.Origin?.Address)}");
        var window = AttemptWindow.Of(whose, Window, clock.GetUtcNow());
        if (await attempts.CountAsync(AttemptKind.ClientSecret, window.Owner, Most) is null)
        {
            return new OAuthError("temporarily_unavailable", "Too many wrong secrets came from this address. Try again later.", 429)
            {
                RetryAfter = (int)Math.Ceiling(window.Left.TotalSeconds),
            };
        }

        var right = await gate.RunAsync(() => secrets.Any(s => hasher.Verify(presented.Secret, s.Hash)), CancellationToken.None);
        // Neither a right one nor one that nobody looked at is a guess.
        if (right != false) await database.WriteAsync(async s =>
        {
            await AttemptCounter.RefundAsync(s, AttemptKind.ClientSecret, window.Owner);
            return true;
        });
        return right is { } verified ? verified : OAuthError.Unavailable;
    }

    public void Dispose() => gate.Dispose();
}
