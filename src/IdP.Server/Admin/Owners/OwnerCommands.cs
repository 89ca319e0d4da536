using System.CommandLine;
using IdP.Server.Cli;
using IdP.Server.Hosting;

namespace IdP.Server.Admin.Owners;

/// <summary><c>idp setup-link</c>.</summary>
internal static class OwnerCommands
{
    public static Command Create(Verbs verbs) => verbs.OnHost(
        "setup-link", "Prints a one-time link of 15 minutes that creates the first owner; only while there is none.", [], async call =>
        {
            var issuer = new Uri(call.Get<IdPOptions>().Issuer);
            if (await call.Get<OwnerSetup>().CreateLinkAsync(issuer) is not { } link)
                return call.Out.Fail("There is an owner already, so no link is made. A locked owner is helped by: idp users unlock NAME, idp users set-password NAME.");
            if (call.Out.IsJson) call.Out.Json(new { url = link.Uri.AbsoluteUri, expiresAt = link.ExpiresAt });
            else call.Out.Line($"{link.Uri.AbsoluteUri}{Environment.NewLine}".TrimEnd());
            return ExitCode.Done;
        });
}
