using System.CommandLine;
using IdP.Protocol.Tokens;
using IdP.Server.Admin.Access;
using IdP.Server.Cli;

namespace IdP.Server.Admin.Keys;

/// <summary><c>idp keys list</c>, <c>rotate</c>, <c>revoke</c>.</summary>
internal static class KeyCommands
{
    public static Command Create(Verbs verbs) => Verbs.Group("keys", "The keys that sign tokens.", List(verbs), Rotate(verbs), Revoke(verbs));

    private static Command List(Verbs verbs) =>
        verbs.Verb("list", "Lists them, without anything secret.", Right.KeysRead, [], async call =>
        {
            var keys = await call.Get<ListKeys>().HandleAsync();
            if (call.Out.IsJson) call.Out.Json(keys);
            else call.Out.Table(["Key id", "Algorithm", "Signs from", "Signs until", "Published until"],
                keys.Select(k => new[] { k.Kid, k.Algorithm, Call.Time(k.ActiveFrom), Call.Time(k.RetiredAt), Call.Time(k.RemovedAt) }));
            return ExitCode.Done;
        });

    private static Command Rotate(Verbs verbs)
    {
        var (alg, reason) = (Verbs.Text("--alg", "RS256 or ES256; both when not given."), Verbs.Reason());
        alg.AcceptOnlyFromAmong([.. SigningKeys.SupportedAlgorithms]);
        return verbs.Verb("rotate", "Announces the next key; it signs when everybody has had time to see it.", Right.KeysWrite, [alg, reason], async call =>
        {
            if (await call.Get<RotateKeys>().HandleAsync(new(call.Value(alg), call.Value(reason) ?? Call.DefaultReason), call.Actor, call.Ct) is not RotateKeys.Outcome.Announced announced)
                return call.Out.Fail("The next key is announced already.");
            return call.Out.Done(
                announced.Keys.Select(k => $"The {k.Algorithm} key {k.Kid} signs from {Call.Time(k.ActiveFrom)}."),
                announced.Keys.Select(k => new { k.Kid, k.Algorithm, k.ActiveFrom }));
        });
    }

    private static Command Revoke(Verbs verbs)
    {
        var (kid, reason) = (new Argument<string>("KEY") { Description = "The key's id; see: idp keys list" }, Verbs.Reason());
        return verbs.Verb("revoke", "Takes a key out of use at once: what it signed is refused from now on.", Right.KeysWrite, [kid, reason], async call =>
            await call.Get<RevokeKey>().HandleAsync(new(call.Value(kid), call.Value(reason) ?? Call.DefaultReason), call.Actor, call.Ct) == RevokeKey.Outcome.Revoked
                ? call.Out.Done($"The key {call.Value(kid)} was revoked; what it signed is refused.", new { kid = call.Value(kid), revoked = true })
                : call.Out.Fail($"There is no key {call.Value(kid)}."));
    }
}
