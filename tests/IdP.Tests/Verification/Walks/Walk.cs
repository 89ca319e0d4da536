using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;
using IdP.Verification.Methods;
using IdP.Verification.Methods.RecoveryCodes;
using IdP.Verification.Methods.Totp;
using IdP.Verification.SignIn;

namespace IdP.Tests.Verification.Walks;

/// <summary>One person, some browsers, and steps taken at random; after each the model says whether it was right.</summary>
internal sealed class Walk(SignInBench bench, string userId, string userName, int seed)
{
    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(31), TimeSpan.FromSeconds(95), TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(11), TimeSpan.FromHours(9), TimeSpan.FromDays(8),
    ];

    private static readonly ResourcePolicy[] Policies =
        [SignInBench.Unguarded, SignInBench.Required, SignInBench.Required, SignInBench.Always, SignInBench.Unguarded with { Mode = VerificationMode.WhenEnrolled },
            SignInBench.Required with { RememberBrowserDays = WalkModel.RememberDays }, SignInBench.Always with { RememberBrowserDays = WalkModel.RememberDays }];

    private readonly Random random = new(seed);
    private readonly WalkModel model = new();
    private readonly List<Browser> browsers = [];
    private readonly Dictionary<Browser, byte[]> shown = [];
    private readonly List<string> story = [];

    private Browser browser = null!;
    private string? lastCode;

    /// <summary>What happened, for the counts that show that the walks go everywhere.</summary>
    public HashSet<string> Reached { get; } = [];

    private DateTimeOffset Now => bench.Get<TimeProvider>().GetUtcNow();

    public async Task RunAsync(int steps)
    {
        WalkClock.Begin();
        browsers.Add(bench.NewBrowser($"10.{seed >> 16 & 255}.{seed >> 8 & 255}.{seed & 255}"));
        browser = browsers[0];
        await PasswordAsync(SignInBench.Password);
        for (var i = 0; i < steps; i++)
        {
            if (random.Next(4) == 0) browser = browsers[random.Next(browsers.Count)];
            await StepAsync();
        }
    }

    private Task StepAsync() => random.Next(100) switch
    {
        < 10 => PasswordAsync(SignInBench.Password),
        < 12 => PasswordAsync("wrong"),
        < 30 => OpenAsync(Policies[random.Next(Policies.Length)]),
        < 42 => CodeAsync(RightCode()),
        < 50 => CodeAsync("000000"),
        < 53 => CodeAsync(lastCode),
        < 57 => RecoveryAsync(),
        < 65 => SkipAsync(Policies[random.Next(Policies.Length)]),
        < 76 => BeginAsync(),
        < 86 => ConfirmAsync(random.Next(5) > 0),
        < 90 => PauseAsync(),
        < 93 => random.Next(3) == 0 ? ReopenAsync() : TabAsync(),
        < 95 => ResetAsync(withDays: random.Next(2) == 0),
        < 97 => UnlockAsync(),
        < 98 => DisableAsync(),
        _ => RequireAsync(),
    };

    private async Task PasswordAsync(string password)
    {
        var outcome = await browser.SignInAsync(userName, password);
        Tell($"password {password}: {outcome.GetType().Name}");
        if (outcome is not PasswordOutcome.Right) return;
        Holds(password == SignInBench.Password, "a wrong password was taken");
        Holds(!model.Disabled, "somebody who is turned off signed in");
        model.Cookies[browser.PendingCookie!] = new Proven(Now, model.Generation);
    }

    private async Task OpenAsync(ResourcePolicy policy)
    {
        var held = Held();
        var decision = await browser.ContinueAsync(policy);
        Tell($"open {policy.Mode}: {decision.GetType().Name}");
        Judge(decision, policy, held);
    }

    // Whatever a decision answers, on the way of a skip too.
    private void Judge(Decision decision, ResourcePolicy policy, IReadOnlyList<Proven> held)
    {
        if (decision is Decision.Enroll { Deadline: { } deadline }) Begun(deadline);
        if (decision is Decision.Locked { Reason: LockReason.EnrollmentExpired }) Reached.Add("expired");
        if (decision is not Decision.Proceed opened) return;
        Holds(model.Wrong(opened, policy, held, browser.RememberedCookie, Now) is not { } wrong, $"{policy.Mode} opened with {opened.Acr} although {model.Wrong(opened, policy, held, browser.RememberedCookie, Now)}");
        Reached.Add($"{policy.Mode} {opened.Acr}");
        if (opened.Reasons[^1].Contains("remembered", StringComparison.Ordinal)) Reached.Add("remembered");
        // A pending sign-in became a session, which keeps what the browser's session had proven.
        Keep(held, verified: held.FirstOrDefault(p => p.VerifiedAt is not null && p.Generation == model.Generation)?.VerifiedAt, skipped: held.Any(p => p.Skipped));
    }

    private async Task CodeAsync(string? code)
    {
        var held = Held();
        var remember = random.Next(2) == 0;
        var before = browser.RememberedCookie;
        var check = await browser.CheckAsync(code, remember ? WalkModel.RememberDays : 0);
        Tell($"code {code}{(remember ? ", to be remembered" : "")}: {check}");
        Holds(check is CodeCheck.Accepted && remember ? browser.RememberedCookie != before : browser.RememberedCookie == before, "a browser was remembered that should not be");
        if (Judge(check, held) && check is CodeCheck.Accepted)
        {
            Holds(model.Secret is not null && Step(model.Secret, code) is { } step && step > model.LastStep, "a code that is not right, or was used, was taken");
            model.LastStep = Step(model.Secret!, code)!.Value;
            lastCode = code;
            Reached.Add("verified");
            if (!remember) return;
            model.Remembered.Remove(before ?? "");
            model.Remembered[browser.RememberedCookie!] = (Now, model.Generation);
            if (random.Next(2) == 0) await ReopenAsync();
        }
    }

    private async Task RecoveryAsync()
    {
        var held = Held();
        var code = model.RecoveryCodes.FirstOrDefault() ?? "AAAA-BBBB-CCCC-DDDD";
        var check = await browser.CheckAsync<RecoveryCodeMethod>(code);
        Tell($"recovery code: {check}");
        if (!Judge(check, held) || check is not CodeCheck.Accepted) return;
        model.Remembered.Clear();
        Holds(model.RecoveryCodes.Remove(code), "a recovery code that nobody has was taken");
        Reached.Add("recovered");
    }

    private async Task SkipAsync(ResourcePolicy policy)
    {
        var held = Held();
        if (held.Count == 0 || await browser.PendingAsync() is null && await browser.SessionAsync() is null) return;
        var refused = await browser.SkipAsync(policy);
        Tell($"skip {policy.Mode}: {refused?.GetType().Name ?? "went on"}");
        if (refused is not null)
        {
            Judge(refused, policy, held);
            return;
        }

        if (model.Deadline is null) Begun(Now.AddDays(7));
        Holds(!model.IsStopped(Now) && model.Secret is null && !model.MustEnroll && policy.Mode == VerificationMode.Required, "a skip went on that nobody offers");
        Keep(held, verified: null, skipped: true);
        Reached.Add("skipped");
    }

    private async Task BeginAsync()
    {
        var held = Held();
        if (await WhoAsync() is false) return;
        var start = await browser.BeginAsync();
        Tell($"begin: {start.GetType().Name}");
        if (start is not SetupStart.Ready ready) return;
        MaySetUp(held);
        shown[browser] = ready.Secret;
    }

    private async Task ConfirmAsync(bool right)
    {
        var held = Held();
        if (await WhoAsync() is false) return;
        var secret = shown.GetValueOrDefault(browser);
        var code = right && secret is not null ? Code(secret) : "000000";
        var confirmation = await browser.ConfirmAsync(code);
        Tell($"confirm {code}: {confirmation.Check?.ToString() ?? "refused"}");
        if (confirmation.Check is not { } check || !Judge(check, held) || check is not CodeCheck.Accepted) return;
        MaySetUp(held);
        Holds(secret is not null && Step(secret, code) is not null, "a set-up was confirmed without the secret that was shown");
        Reached.Add(model.Secret is null ? "enrolled" : "replaced");
        (model.Secret, model.LastStep, model.Deadline, model.MustEnroll) = (secret, Step(secret!, code)!.Value, null, false);
        model.Remembered.Clear();
        if (confirmation.RecoveryCodes.Count > 0) model.RecoveryCodes.Clear();
        model.RecoveryCodes.UnionWith(confirmation.RecoveryCodes);
        lastCode = code;
    }

    // Who is enrolled changes nothing without a fresh verification, and nobody sets up after the deadline or a lock.
    private void MaySetUp(IReadOnlyList<Proven> held) => Holds(
        held.Count > 0 && (model.Secret is null || held.Any(p => model.IsVerified(p, Now, TimeSpan.FromMinutes(5)))), "a set-up began that should not have");

    private Task PauseAsync()
    {
        WalkClock.Advance(Pauses[random.Next(Pauses.Length)]);
        Tell("pause");
        return Task.CompletedTask;
    }

    private Task TabAsync()
    {
        if (browsers.Count < 4)
        {
            browsers.Add(random.Next(2) == 0 ? browser.Copy() : bench.NewBrowser($"11.{seed >> 16 & 255}.{seed >> 8 & 255}.{seed & 255}"));
            if (shown.TryGetValue(browser, out var secret)) shown[browsers[^1]] = secret;
        }

        Tell("another window");
        return Task.CompletedTask;
    }

    // As the admin's operations do it, one statement each.
    private async Task ResetAsync(bool withDays)
    {
        if (model.Secret is null) return;
        var deadline = withDays ? Now.AddDays(2) : (DateTimeOffset?)null;
        await AdminAsync("DELETE FROM totp_authenticators WHERE user_id = @p0", "DELETE FROM recovery_codes WHERE user_id = @p0",
            "DELETE FROM pending_authenticators WHERE user_id = @p0", "UPDATE users SET credential_generation = credential_generation + 1 WHERE id = @p0");
        await bench.Database.WriteAsync(s => s.ExecuteAsync(
            "UPDATE enrollments SET required_at = @p1, active_since = NULL, cause = 'Reset', must_enroll = @p2, deadline = @p3 WHERE user_id = @p0", userId, Now, !withDays, deadline));
        (model.Secret, model.MustEnroll, model.Deadline) = (null, !withDays, deadline);
        model.Generation++;
        model.RecoveryCodes.Clear();
        Tell("reset");
        Reached.Add("reset");
    }

    private async Task UnlockAsync()
    {
        await AdminAsync("DELETE FROM attempt_counts WHERE kind IN ('verification', 'password') AND owner = @p0");
        model.Locked = false;
        if (model.IsOver(Now))
        {
            model.Deadline = Now.AddDays(1);
            await bench.Database.WriteAsync(s => s.ExecuteAsync("UPDATE enrollments SET locked_at = NULL, lock_reference = NULL, deadline = @p1, cause = 'Unlock' WHERE user_id = @p0", userId, model.Deadline));
        }

        Tell("unlock");
    }

    private async Task DisableAsync()
    {
        model.Disabled = !model.Disabled;
        await bench.Database.WriteAsync(s => s.ExecuteAsync("UPDATE users SET disabled_at = @p1 WHERE id = @p0", userId, model.Disabled ? Now : null));
        Tell(model.Disabled ? "disable" : "enable");
    }

    private async Task RequireAsync()
    {
        if (model.Secret is not null || model.Deadline is not null || model.MustEnroll) return;
        Begun(Now.AddDays(1));
        await bench.Database.WriteAsync(s => s.ExecuteAsync(
            "INSERT INTO enrollments (user_id, required_at, required_by, deadline, cause, must_enroll, skips, proof_required) VALUES (@p0, @p1, 'admin', @p2, 'New', @p3, 0, @p3)", userId, Now, model.Deadline, false));
        Tell("require");
    }

    private Task AdminAsync(params string[] statements) => bench.Database.WriteAsync(async s =>
    {
        foreach (var statement in statements) await s.ExecuteAsync(statement, userId);
        return true;
    });

    // Whatever a check answers beyond right or wrong.
    private bool Judge(CodeCheck check, IReadOnlyList<Proven> held)
    {
        switch (check)
        {
            case CodeCheck.Accepted:
                Holds(held.Count > 0, "a code was taken of somebody who gave no password");
                Holds(!model.Locked && !model.Disabled && !model.IsOver(Now), "a code was taken of somebody who is stopped");
                Keep(held, verified: Now, skipped: false);
                return true;
            case CodeCheck.Wrong wrong:
                Holds(wrong.InARow < WalkModel.Limit, "a guess beyond the limit was compared");
                return false;
            case CodeCheck.Locked:
                model.Locked = true;
                model.Remembered.Clear();
                model.Cookies.Clear();
                Reached.Add("locked");
                return false;
            default:
                return false;
        }
    }

    private void Begun(DateTimeOffset deadline)
    {
        if (model.Deadline is { } known) Holds(deadline <= known, "the deadline moved");
        else model.Deadline = deadline;
    }

    private List<Proven> Held() =>
        [.. new[] { browser.PendingCookie, browser.SessionCookie }.OfType<string>().Select(c => model.Cookies.GetValueOrDefault(c)).OfType<Proven>()];

    private void Keep(IReadOnlyList<Proven> held, DateTimeOffset? verified, bool skipped)
    {
        if (browser.SessionCookie is { } cookie) model.Cookies[cookie] = new Proven(held.Max(p => p.PasswordAt), model.Generation, verified, skipped);
    }

    private async Task ReopenAsync()
    {
        browser.Reopen();
        Tell("closed and opened again");
        if (random.Next(3) == 0) await StepAsync();
        await PasswordAsync(SignInBench.Password);
        await OpenAsync(Policies[^random.Next(1, 3)]);
    }

    private async Task<bool> WhoAsync() => await browser.PendingAsync() is not null || await browser.SessionAsync() is not null;

    private string? RightCode() => model.Secret is { } secret ? Code(secret) : "123456";

    private string Code(byte[] secret) => new Someone(userId, userName, "", secret).CodeAt(Now.AddSeconds(30 * random.Next(-1, 2)));

    private long? Step(byte[] secret, string? code)
    {
        var now = TotpVerifier.StepOf(Now);
        return Enumerable.Range(-1, 3).Select(away => now + away).Where(step => new Someone(userId, userName, "", secret).CodeAt(DateTimeOffset.FromUnixTimeSeconds(step * 30)) == code)
            .Select(step => (long?)step).LastOrDefault();
    }

    private void Tell(string what) => story.Add($"{Now:MM-dd HH:mm:ss} window {browsers.IndexOf(browser)}: {what}");

    private void Holds(bool right, string otherwise)
    {
        if (!right) Assert.Fail($"Walk {seed}: {otherwise}.\n{string.Join('\n', story)}");
    }
}
