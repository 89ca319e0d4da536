using System.Net;

namespace IdP.Tests.Samples;

/// <summary>What an API answers when the token is good and not enough. RFC 6750 §3, RFC 9470 §3.</summary>
internal sealed class ApiChallengeTests
{
    private const string Account = "/salary/bank-account";

    private ApiUnderTest api = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => api = await ApiUnderTest.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await api.DisposeAsync();

    [Test]
    public async Task Without_a_token_there_is_no_error() =>
        Assert.That((await api.SendAsync("/salary", null)) is (HttpStatusCode.Unauthorized, "Bearer realm=\"payroll\"", "", null));

    [Test]
    public async Task The_password_alone_is_challenged_for_verification()
    {
        var answer = await api.SendAsync(Account, api.Token(claims: [("acr", "pwd")]));

        Assert.That((answer.Status, answer.Challenge), Is.EqualTo((HttpStatusCode.Unauthorized,
            "Bearer realm=\"payroll\", error=\"insufficient_user_authentication\", error_description=\"A different authentication level is required.\", "
            + "acr_values=\"mfa\", max_age=\"3600\"")));
    }

    [Test]
    public async Task An_old_sign_in_is_challenged_with_the_whole_demand()
    {
        var answer = await api.SendAsync(Account, api.Token(claims: [("auth_time", api.At(TimeSpan.FromMinutes(-62)))]));

        Assert.That((answer.Status, answer.Challenge), Is.EqualTo((HttpStatusCode.Unauthorized,
            "Bearer realm=\"payroll\", error=\"insufficient_user_authentication\", error_description=\"More recent authentication is required.\", "
            + "acr_values=\"mfa\", max_age=\"3600\"")));
    }

    [Test]
    public async Task What_was_new_enough_at_the_provider_a_moment_ago_is_here() =>
        Assert.That(await StatusAsync(Account, ("auth_time", api.At(TimeSpan.FromMinutes(-61)))), Is.EqualTo(HttpStatusCode.OK));

    [Test]
    public async Task A_higher_level_will_do() => Assert.That(await StatusAsync(Account, ("acr", "phr")), Is.EqualTo(HttpStatusCode.OK));

    [TestCase("acr", null)]
    [TestCase("acr", "gold")]
    [TestCase("auth_time", null)]
    public async Task What_the_token_does_not_say_was_not_proven(string name, string? value) =>
        Assert.That(await StatusAsync(Account, (name, value)), Is.EqualTo(HttpStatusCode.Unauthorized));

    [Test]
    public async Task A_machine_is_told_that_a_person_is_needed() =>
        Assert.That((await api.SendAsync("/salary", api.Token(claims: [("acr", null), ("auth_time", null)]))).Challenge, Does.EndWith("acr_values=\"pwd\""));

    [TestCase("payroll.read")]
    [TestCase("payroll.writes payroll")]
    [TestCase(null)]
    public async Task A_missing_scope_is_told_before_the_level(string? scope)
    {
        var answer = await api.SendAsync(Account, api.Token(claims: [("scope", scope), ("acr", "pwd")]), HttpMethod.Post, "{}");

        Assert.That((answer.Status, answer.Challenge), Is.EqualTo((HttpStatusCode.Forbidden,
            "Bearer realm=\"payroll\", error=\"insufficient_scope\", error_description=\"The access token lacks a scope.\", scope=\"payroll.write\"")));
    }

    [Test]
    public async Task The_body_is_not_read_for_somebody_without_a_token() =>
        Assert.That((await api.SendAsync(Account, null, HttpMethod.Post, "{")).Status, Is.EqualTo(HttpStatusCode.Unauthorized));

    [Test]
    public async Task Each_sees_their_own_account()
    {
        var changed = await api.SendAsync(Account, api.Token(claims: [("sub", "theo")]), HttpMethod.Post, """{ "iban": "DE89 3704 0044 0532 0130 00" }""");
        Assert.That(changed.Status, Is.EqualTo(HttpStatusCode.OK));

        Assert.That((await api.SendAsync(Account, api.Token(claims: [("sub", "theo")]))).Body, Does.Contain("DE89"));
        Assert.That((await api.SendAsync(Account, api.Token())).Body, Does.Contain("AT61"));
    }

    private async Task<HttpStatusCode> StatusAsync(string path, (string Name, object? Value) claim) =>
        (await api.SendAsync(path, api.Token(claims: [claim]))).Status;
}
