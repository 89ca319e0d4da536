using System.Collections.Concurrent;
using IdP.Server.Admin.Clients;
using IdP.Verification.SignIn;

namespace IdP.Server.Configuration;

/// <summary>
/// Compares what a document gives with what is stored, and remembers it: the slow hashes are computed while the
/// difference is looked for, and the transaction that follows only looks them up.
/// </summary>
internal sealed class GivenSecrets(PasswordHasher hasher)
{
    private readonly ConcurrentDictionary<(string Given, string Stored), bool> compared = new();
    private readonly ConcurrentDictionary<string, string> passwords = new();
    private readonly ConcurrentDictionary<string, string> secrets = new();

    /// <summary>Whether a stored hash of a password or client secret is of the given one.</summary>
    public bool Match(string given, string stored) => compared.GetOrAdd((given, stored), key => ClientSecrets.Matches(key.Given, key.Stored, hasher));

    public string HashPassword(string given) => passwords.GetOrAdd(given, hasher.Hash);

    public string HashSecret(string given) => secrets.GetOrAdd(given, s => ClientSecrets.HashGiven(s, hasher));

    /// <summary>Compares many at once, on every core.</summary>
    public Task CompareAsync(IEnumerable<(string Given, string Stored)> pairs) =>
        Parallel.ForEachAsync(pairs, (pair, _) =>
        {
            Match(pair.Given, pair.Stored);
            return ValueTask.CompletedTask;
        });
}
