using IdP.Testing;

namespace IdP.Tests.Server.Journeys;

/// <summary>Somebody's authenticator app. It never shows a code twice, because the server takes none twice.</summary>
internal sealed class Phone(string secret)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    private long last;

    public string Secret => secret;

    /// <summary>A code that works now: of this step or the next one; else it waits.</summary>
    public async Task<string> NextCodeAsync()
    {
        last = Math.Max(last + 1, Now);
        while (last > Now + 1) await Task.Delay(TimeSpan.FromMilliseconds(200));
        return await Totp.CodeAsync(secret, DateTimeOffset.FromUnixTimeSeconds(last * (long)Step.TotalSeconds));
    }

    /// <summary>The code that was shown last.</summary>
    public Task<string> LastCodeAsync() => Totp.CodeAsync(secret, DateTimeOffset.FromUnixTimeSeconds(last * (long)Step.TotalSeconds));

    public Task<string> WrongCodeAsync() => Totp.WrongCodeAsync(secret, DateTimeOffset.UtcNow);

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeSeconds() / (long)Step.TotalSeconds;
}
