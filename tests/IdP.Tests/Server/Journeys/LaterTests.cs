using System.Net;
using System.Text.Json;
using IdP.Testing;

namespace IdP.Tests.Server.Journeys;

/// <summary>The policy and the person of the moment decide whenever a token is issued, not only at the sign-in.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class LaterTests(TestDatabaseKind kind) : ServerFixture(kind)
{
    protected override IEnumerable<object> People =>
    [
        Required("skipper"), Required("runs-out"), Person("between"), Person("before-refresh"), Enrolled("proven"), Person("disabled"), Enrolled("reset"),
        Enrolled("locked"), Person("stays"),
    ];

    protected override IEnumerable<object> Apps =>
    [
        App("notes", "notRequired"), App("payroll", "required"), App("ledger", "notRequired"), App("journal", "notRequired"), App("archive", "notRequired"),
        App("narrow", "notRequired"),
    ];

    [Test]
    public async Task What_was_given_for_a_skip_ends_with_the_enrollment()
    {
        var browser = Browser("skipper");
        var journey = await browser.OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        await journey.SkipAsync();
        var tokens = await journey.TokensAsync();
        var skipped = await AppOf("payroll").RefreshAsync(Refresh(tokens));
        Assert.That(skipped.Status, Is.EqualTo(HttpStatusCode.OK), $"{skipped}");
        Assert.That(ClaimsOf(skipped.JsonString("id_token")!).GetProperty("acr").GetString(), Is.EqualTo("pwd"));

        var enrolls = await Browser("skipper").OpenAsync(AppOf("payroll"));
        await enrolls.SignInAsync();
        await enrolls.EnrollAsync();
        Assert.That((await enrolls.ClaimsAsync()).GetProperty("acr").GetString(), Is.EqualTo("mfa"));

        Assert.That((await AppOf("payroll").RefreshAsync(skipped.JsonString("refresh_token")!)).Error, Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task What_was_given_for_a_skip_ends_with_the_period()
    {
        var journey = await Browser("runs-out").OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        await journey.SkipAsync();
        var tokens = await journey.TokensAsync();

        await LetTheDeadlinePassAsync("runs-out");

        Assert.That((await AppOf("payroll").RefreshAsync(Refresh(tokens))).Error, Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task A_policy_tightened_before_the_code_is_redeemed_counts()
    {
        var journey = await Browser("between").OpenAsync(AppOf("ledger"));
        await journey.SignInAsync();
        Assert.That(journey.Answer, Contains.Key("code"));

        await CommandAsync("clients", "set", "ledger", "--identity-verification", "required");

        Assert.That((await journey.RedeemAsync()).Error, Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task A_policy_tightened_before_the_refresh_counts_until_it_is_loosened()
    {
        var (_, tokens) = await SignInAsync("before-refresh", "journal");
        var refresh = Refresh(tokens);

        await CommandAsync("clients", "set", "journal", "--identity-verification", "always");
        Assert.That((await AppOf("journal").RefreshAsync(refresh)).Error, Is.EqualTo("invalid_grant"));

        // Refused, not used up: the same token works again when the policy lets it.
        await CommandAsync("clients", "set", "journal", "--identity-verification", "notRequired");
        Assert.That((await AppOf("journal").RefreshAsync(refresh)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_policy_tightened_to_what_was_proven_changes_nothing()
    {
        var journey = await Browser("proven").OpenAsync(AppOf("archive"), "openid offline_access", ("acr_values", "mfa"));
        await journey.SignInAsync();
        await journey.VerifyAsync();
        var tokens = await journey.TokensAsync();

        await CommandAsync("clients", "set", "archive", "--identity-verification", "always");

        Assert.That((await AppOf("archive").RefreshAsync(Refresh(tokens))).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_scope_that_the_client_lost_is_gone_at_the_refresh()
    {
        var (_, tokens) = await SignInAsync("stays", "narrow", "openid email offline_access");

        await CommandAsync("clients", "set", "narrow", "--scope", "openid", "--scope", "offline_access");

        var refreshed = await AppOf("narrow").RefreshAsync(Refresh(tokens));
        Assert.That(refreshed.Status, Is.EqualTo(HttpStatusCode.OK), $"{refreshed}");
        Assert.That(ClaimsOf(refreshed.JsonString("access_token")!).GetProperty("scope").GetString(), Does.Not.Contain("email"));
    }

    [Test]
    public async Task Who_is_disabled_has_no_refresh_token_and_no_session_any_more()
    {
        var (journey, tokens) = await SignInAsync("disabled", "notes");

        await CommandAsync("users", "disable", "disabled");

        await ExpectDeadAsync("notes", tokens);
        Assert.That((await journey.Person.OpenAsync("portal")).Uri.AbsolutePath, Is.EqualTo("/signin"));
        Assert.That((await journey.Person.OpenAsync(AppOf("notes"))).At, Is.EqualTo("/signin"));
    }

    [Test]
    public async Task Who_is_reset_has_no_refresh_token_any_more()
    {
        var (journey, tokens) = await SignInAsync("reset", "payroll");

        await CommandAsync("users", "reset", "reset");

        await ExpectDeadAsync("payroll", tokens);
        // What was proven with the lost phone counts no more.
        var again = await journey.Person.OpenAsync(AppOf("payroll"));
        Assert.That(again.At, Is.AnyOf("/signin", "/enroll"));
    }

    [Test]
    public async Task Who_is_locked_has_no_refresh_token_until_the_lock_ends()
    {
        var (_, tokens) = await SignInAsync("locked", "payroll");
        var journey = await Browser("locked").OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        for (var i = 0; i < 5; i++) await journey.VerifyAsync(await journey.Person.Phone.WrongCodeAsync());
        Assert.That(journey.Page.Status, Is.EqualTo(HttpStatusCode.Forbidden), $"{journey.Page}");
        Assert.That(journey.Text, Does.Contain("Too many wrong codes"));

        Assert.That((await AppOf("payroll").RefreshAsync(Refresh(tokens))).Error, Is.EqualTo("invalid_grant"));

        await CommandAsync("users", "unlock", "locked");
        Assert.That((await AppOf("payroll").RefreshAsync(Refresh(tokens))).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    private async Task ExpectDeadAsync(string app, JsonElement tokens)
    {
        var access = tokens.GetProperty("access_token").GetString()!;
        Assert.That((await AppOf(app).RefreshAsync(Refresh(tokens))).Error, Is.EqualTo("invalid_grant"));
        Assert.That((await AppOf(app).IntrospectAsync(access)).JsonString("active"), Is.EqualTo("False"));
        Assert.That((await AppOf(app).UserInfoAsync(access)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    private static string Refresh(JsonElement tokens) => tokens.GetProperty("refresh_token").GetString()!;
}
