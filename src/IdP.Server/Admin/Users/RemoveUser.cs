using IdP.Server.Admin.Owners;
using IdP.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Users;

    public sealed record Request(string UserName, string Reason);

    public enum Outcome { AuditEvents.UserRemoved, NoSuchUser, LastOwner }

    public Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct) => database.SaveAsync(async db =>
    {
        await OwnerSetup.LockAsync(db, ct);
        if (await db.FindPersonAsync(request.UserName, ct) is not { User: var user }) return Outcome.NoSuchUser;
        if (await OwnerSetup.IsLastOwnerAsync(db, user, ct)) return Outcome.LastOwner;

        await db.AttemptCounts.Where(a => a.Owner == user.Id).ExecuteDeleteAsync(ct);
        await db.OneTimeLinks.Where(l => l.UserId == user.Id).ExecuteDeleteAsync(ct);
        await db.Users.Where(u => u.Id == user.Id).ExecuteDeleteAsync(ct);
        db.ChangeTracker.Clear();
        db.Audit(user, AuditEvents.UserRemoved, actor, request.Reason, $"{user.UserName} was removed", clock.GetUtcNow());
        return Outcome.Removed;
    }, ct);
}
