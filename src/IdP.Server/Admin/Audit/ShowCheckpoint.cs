using IdP.Server.Admin.Access;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Audit;

/// <summary>How far the audit log was when it was last signed.</summary>
internal sealed class ShowCheckpoint(IdPDatabase database)
{
    /// <returns>Null: it was not signed yet.</returns>
    public async Task<AuditCheckpoint?> HandleAsync(Actor actor)
    {
        actor.Demand(Right.AuditRead);
        await using var db = database.CreateContext();
        return await db.AuditCheckpoints.AsNoTracking().OrderByDescending(c => c.Id).FirstOrDefaultAsync();
    }
}
