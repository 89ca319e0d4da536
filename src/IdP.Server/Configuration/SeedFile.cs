using IdP.Server.Admin;
using IdP.Server.Hosting;
using IdP.Verification.SignIn;

namespace IdP.Server.Configuration;

/// <summary>The document that is applied at each start.</summary>
internal static class SeedFile
{
    /// <summary>Applies <c>IdP:Seed:File</c>; people who have a password keep it.</summary>
    /// <exception cref="ConfigurationException">It cannot be applied; the message has every error with its path.</exception>
    public static async Task<ApplyResult> ApplyAsync(IServiceProvider services, string path, CancellationToken ct = default)
    {
        var (document, errors) = await ApplyDocument.ReadFileAsync(path, ct, services.GetRequiredService<SignInOptions>().Organisation);
        var result = new ApplyResult([], errors);
        if (document is not null)
        {
            var apply = ActivatorUtilities.CreateInstance<DocumentApply>(services, ActivatorUtilities.CreateInstance<DocumentDiff>(services));
            result = await apply.HandleAsync(document, new ApplyMode(Actor.Seed, $"seed {Path.GetFileName(path)}", KeepPasswords: true), dryRun: false, ct);
        }

        return result.Errors.Count == 0
            ? result
            : throw new ConfigurationException(string.Join(Environment.NewLine, result.Errors.Select(e => $"IdP:Seed:File {path}: {e}")));
    }
}
