using System.CommandLine;
using IdP.Server.Cli;
using IdP.Storage.Changes;

namespace IdP.Server.Admin.Keys;

/// <summary><c>idp keys list</c>.</summary>
internal static class KeyCommands
{
    public static Command Create(Verbs verbs) => Verbs.Group("keys", "The keys that sign tokens.",
        verbs.Verb("list", "Lists them, without anything secret.", [], async call =>
        {
            var keys = (await call.Get<Catalog>().GetAsync()).SigningKeys;
            if (call.Out.IsJson) call.Out.Json(keys.Select(k => new { k.Kid, k.Algorithm, k.CreatedAt, k.ActiveFrom, k.RetiredAt, k.RemovedAt }));
            else call.Out.Table(["Key id", "Algorithm", "Signs from", "Signs until", "Published until"],
                keys.Select(k => new[] { k.Kid, k.Algorithm, Call.Time(k.ActiveFrom), Call.Time(k.RetiredAt), Call.Time(k.RemovedAt) }));
            return ExitCode.Done;
        }));
}
