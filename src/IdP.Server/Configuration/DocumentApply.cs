using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Configuration;

/// <summary>How applying a document ended.</summary>
/// <param name="Differences">What was, or would be, changed; empty: nothing to do.</param>
/// <param name="Errors">Why nothing was changed.</param>
internal sealed record ApplyResult(IReadOnlyList<Difference> Differences, IReadOnlyList<DocumentError> Errors);

/// <summary>Applies a document in one transaction: all of it or nothing.</summary>
internal sealed class DocumentApply(IdPDatabase database, Catalog catalog, DocumentDiff diff, PasswordHasher hasher, TimeProvider clock)
{
    public async Task<ApplyResult> HandleAsync(ApplyDocument document, ApplyMode mode, bool dryRun, CancellationToken ct)
    {
        // The document can do everything, so only who may everything applies one.
        foreach (var right in Enum.GetValues<Right>()) mode.Actor.Demand(right);
        await new ApplyMode.Validator().ValidateAndThrowAsync(mode, ct);
        var (secrets, now) = (new GivenSecrets(hasher), clock.GetUtcNow());
        await CompareAsync(document, mode, secrets, ct);

        // First without saving. Most runs end here, and the slow hashes are made before anybody waits for them.
        await using (var tried = database.CreateContext())
        {
            var (differences, errors) = await diff.ApplyAsync(tried, document, mode, secrets, now, ct);
            if (errors.Count > 0) return new ApplyResult([], errors);
            if (dryRun) return new ApplyResult(await PeopleTouched.CountAsync(database, tried, differences, now, ct), []);
            if (differences.Count == 0) return new ApplyResult(differences, []);
        }

        try
        {
            return await catalog.ChangeAsync(async db =>
            {
                var (differences, errors) = await diff.ApplyAsync(db, document, mode, secrets, now, ct);
                // Somebody changed something meanwhile, so that it does not fit any more: all of it is rolled back.
                return errors.Count == 0 ? new ApplyResult(differences, []) : throw new ChangedMeanwhileException(errors);
            }, ct);
        }
        catch (ChangedMeanwhileException meanwhile)
        {
            return new ApplyResult([], meanwhile.Errors);
        }
        catch (DbUpdateException)
        {
            return new ApplyResult([], [new("$", "Somebody changed the same people or clients at this moment. Nothing was applied; apply it again.")]);
        }
    }

    private async Task CompareAsync(ApplyDocument document, ApplyMode mode, GivenSecrets secrets, CancellationToken ct)
    {
        await using var db = database.CreateContext();
        var given = document.Clients.Where(c => c.Secret is not null).ToDictionary(c => c.ClientId, c => c.Secret!);
        var stored = await db.ClientSecrets.AsNoTracking().Where(s => given.Keys.Contains(s.ClientId)).ToListAsync(ct);
        var pairs = stored.ConvertAll(s => (given[s.ClientId], s.Hash));
        if (!mode.KeepPasswords)
        {
            var passwords = document.Users.Where(u => u.Password is not null)
                .ToDictionary(u => Storage.Users.UserNames.Normalize(u.UserName), u => u.Password!);
            var hashes = await db.Users.Where(u => passwords.Keys.Contains(u.NormalizedUserName) && u.PasswordHash != null)
                .Select(u => new { u.NormalizedUserName, u.PasswordHash }).ToListAsync(ct);
            pairs.AddRange(hashes.Select(h => (passwords[h.NormalizedUserName], h.PasswordHash!)));
        }

        await secrets.CompareAsync(pairs);
    }

    private sealed class ChangedMeanwhileException(IReadOnlyList<DocumentError> errors) : Exception
    {
        public IReadOnlyList<DocumentError> Errors { get; } = errors;
    }
}
