using System.CommandLine;
using IdP.Server.Admin;
using IdP.Server.Cli;
using IdP.Verification.SignIn;

namespace IdP.Server.Configuration;

/// <summary><c>idp apply FILE [--dry-run]</c>.</summary>
internal static class ApplyCommand
{
    public static Command Create(Verbs verbs)
    {
        var file = new DocumentArgument("FILE") { Description = "A JSON document with settings, groups, users, clients and APIs." };
        var dryRun = Verbs.Flag("--dry-run", "Only say what would change; exit code 2 when something would.");
        var reason = Verbs.Reason();
        return verbs.Verb("apply", "Brings settings, groups, users, clients and APIs to what a document says.", Verbs.EveryRight, [file, dryRun, reason],
            call => ApplyAsync(call, file, call.Value(dryRun), call.Value(reason)));
    }

    /// <summary>Reads the document that was named.</summary>
    /// <returns>The document, or every error that was found.</returns>
    public static async Task<(ApplyDocument? Document, IReadOnlyList<DocumentError> Errors)> ReadAsync(Call call, DocumentArgument file)
    {
        var path = call.Value(file);
        var (bytes, problem) = await call.Files.ReadAsync(path, file, call.Ct);
        return bytes is { } read ? ApplyDocument.Read(read, folder: "", call.Get<SignInOptions>().Organisation, call.Files.SecretsBeside(path)) : (null, [new("$", problem!)]);
    }

    private static async Task<int> ApplyAsync(Call call, DocumentArgument file, bool dryRun, string? reason)
    {
        var (document, errors) = await ReadAsync(call, file);
        if (document is null) return Refuse(call, errors);
        var mode = new ApplyMode(call.Actor, reason ?? $"apply {Path.GetFileName(call.Value(file))}", KeepPasswords: false);
        var result = await call.Out.ProgressAsync("Comparing", _ => call.Get<DocumentApply>().HandleAsync(document, mode, dryRun, call.Ct));
        if (result.Errors.Count > 0) return Refuse(call, result.Errors);

        if (call.Out.IsJson) call.Out.Json(new { applied = !dryRun && result.Differences.Count > 0, differences = result.Differences });
        else Print(call, result.Differences, dryRun);
        foreach (var user in document.Users.Where(u => u.Password is not null))
        {
            if (Admin.PasswordSentences.Warning(user.Password!) is { } warning) call.Out.Warn($"{user.Path}.password: {warning}");
        }

        return dryRun && result.Differences.Count > 0 ? ExitCode.Differences : ExitCode.Done;
    }

    private static void Print(Call call, IReadOnlyList<Difference> differences, bool dryRun)
    {
        Print(call, differences);
        call.Out.Line(differences.Count == 0 ? "Nothing to do."
            : dryRun ? $"{Texts.Count(differences.Count, "difference")}; nothing was changed."
            : $"{Texts.Count(differences.Count, "change")} applied.");
    }

    /// <summary>Each difference, with what gets weaker below it.</summary>
    public static void Print(Call call, IEnumerable<Difference> differences)
    {
        foreach (var difference in differences)
        {
            call.Out.Line($"{difference.Subject}: {difference.Text}");
            if (difference.Weaker is { } weaker) call.Out.Line($"  WEAKER: {weaker}");
        }
    }

    public static int Refuse(Call call, IReadOnlyList<DocumentError> errors) => Refuse(call.Out, errors);

    /// <inheritdoc cref="Refuse(Call, IReadOnlyList{DocumentError})"/>
    public static int Refuse(CommandOutput output, IReadOnlyList<DocumentError> errors)
    {
        foreach (var error in errors) output.Fail(error.Path == "$" ? error.Problem : error.ToString());
        return ExitCode.Refused;
    }
}
