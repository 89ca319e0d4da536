using System.CommandLine;
using System.Globalization;
using IdP.Server.Admin.Access;
using IdP.Server.Cli;

namespace IdP.Server.Admin.Tokens;

/// <summary><c>idp tokens …</c>.</summary>
internal static class TokenCommands
{
    public static Command Create(Verbs verbs) => Verbs.Group("tokens", "API tokens of admins.", Add(verbs), List(verbs), Revoke(verbs));

    private static Command Add(Verbs verbs)
    {
        var user = new Argument<string>("USER") { Description = "The admin whose token it is." };
        var name = new Argument<string>("NAME") { Description = "What it is for." };
        var scopes = Verbs.Texts("--scope", $"What it may at most: {string.Join(", ", Rights.Scopes)}.");
        var (days, reason) = (Verbs.Number("--days", "How long it works; 30 when not given."), Verbs.Reason());
        return verbs.Verb("add", "Makes a token and prints it once.", Verbs.AnyRight, [user, name, scopes, days, reason], async call =>
        {
            var request = new AddToken.Request(call.Value(user), call.Value(name), call.Values(scopes) ?? [], call.Value(days) ?? 30, call.Value(reason) ?? Call.DefaultReason);
            return await call.Get<AddToken>().HandleAsync(request, call.Actor, call.Ct) switch
            {
                AddToken.Outcome.Added made => call.Out.Done(
                    [made.Token, $"It works until {Call.Time(made.ExpiresAt)} and is not shown again."], new { made.Id, made.Token, made.ExpiresAt }),
                AddToken.Outcome.NoRole => call.Out.Fail($"{call.Value(user)} has no admin role, so a token could do nothing."),
                _ => call.Out.Fail($"There is nobody called {call.Value(user)}."),
            };
        });
    }

    private static Command List(Verbs verbs) => verbs.Verb("list", "Lists the tokens that work, without what is secret.", Verbs.AnyRight, [], async call =>
    {
        var tokens = await call.Get<ListTokens>().HandleAsync(call.Actor, call.Ct);
        if (call.Out.IsJson) call.Out.Json(tokens);
        else call.Out.Table(["Id", "Name", "Admin", "Scopes", "Until", "Last used", "Made with it"],
            tokens.Select(t => new[]
            {
                t.Id, t.Name, t.Username, string.Join(' ', t.Scopes), Call.Time(t.ExpiresAt), Call.Time(t.LastUsedAt), t.MadeWithIt == 0 ? "" : t.MadeWithIt.ToString(CultureInfo.InvariantCulture),
            }));
        return ExitCode.Done;
    });

    private static Command Revoke(Verbs verbs)
    {
        var (id, reason) = (new Argument<string>("ID") { Description = "The token's id; see: idp tokens list" }, Verbs.Reason());
        return verbs.Verb("revoke", "Ends a token at once, with the tokens that were made with it.", Verbs.AnyRight, [id, reason], async call =>
        {
            if (await call.Get<RevokeToken>().HandleAsync(new(call.Value(id), call.Value(reason) ?? Call.DefaultReason), call.Actor, call.Ct) is not RevokeToken.Outcome.Revoked revoked)
                return call.Out.Fail($"There is no token {call.Value(id)}.");
            var also = revoked.AlsoRevoked switch { 0 => "", 1 => " Neither does the one that was made with it.", var n => $" Neither do the {n} that were made with it." };
            return call.Out.Done($"The token {call.Value(id)} works no more.{also}", new { id = call.Value(id), revoked = true, alsoRevoked = revoked.AlsoRevoked });
        });
    }
}
