using System.Net;
using IdP.Storage.Clients;
using IdP.Testing;

namespace IdP.Tests.Protocol.Routes;

/// <summary>What is given while the application asks nobody, and used after the person and the policy have changed.</summary>
internal static class TokenWalks
{
    public static Dictionary<string, Route> All { get; } = new()
    {
        ["Refresh token from before"] = (b, s, m) => BeforeAsync(b, s, m, Redeemed, async (walk, tokens) => walk.LevelOf(await walk.App.RefreshAsync(tokens.JsonString("refresh_token")!))),
        ["Code from before"] = (b, s, m) => BeforeAsync(b, s, m, (_, sent) => Task.FromResult(sent), async (walk, sent) => walk.LevelOf(await walk.RedeemAsync(sent))),
        ["UserInfo with a token from before"] = (b, s, m) => BeforeAsync(b, s, m, Redeemed, UserInfoAsync),
        ["The introspection of an access token from before"] = (b, s, m) => BeforeAsync(b, s, m, Redeemed, (walk, tokens) => IntrospectAsync(walk, tokens, "access_token")),
        ["The introspection of a refresh token from before"] = (b, s, m) => BeforeAsync(b, s, m, Redeemed, (walk, tokens) => IntrospectAsync(walk, tokens, "refresh_token")),
    };

    private static Task<Exchange> Redeemed(Walk walk, Exchange sent) => walk.RedeemAsync(sent);

    private static async Task<string> BeforeAsync(
        RouteBench bench, State state, VerificationMode mode, Func<Walk, Exchange, Task<Exchange>> given, Func<Walk, Exchange, Task<string>> used)
    {
        var clientId = await bench.AddOwnClientAsync(VerificationMode.NotRequired);
        var guest = await bench.AddAsync(state);
        using var walk = new Walk(bench, guest, clientId);
        walk.Carry(await bench.SessionAsync(guest, state.Session!.Value));
        var sent = await walk.AuthorizeAsync();
        if (!walk.HasCode(sent)) throw new InvalidOperationException($"No code before: {sent}");
        var before = await given(walk, sent);

        await bench.ChangeAsync(guest, state);
        await bench.SetModeAsync(clientId, mode);

        return await used(walk, before);
    }

    private static async Task<string> UserInfoAsync(Walk walk, Exchange tokens)
    {
        var answer = await walk.App.UserInfoAsync(tokens.JsonString("access_token")!);
        return answer.Status switch
        {
            HttpStatusCode.OK when answer.JsonString("sub") == walk.Guest.Id => "claims",
            HttpStatusCode.Unauthorized => "refused",
            _ => answer.ToString(),
        };
    }

    private static async Task<string> IntrospectAsync(Walk walk, Exchange tokens, string kind) =>
        (await walk.App.IntrospectAsync(tokens.JsonString(kind)!)).Json.GetProperty("active").GetBoolean() ? "active" : "inactive";
}
