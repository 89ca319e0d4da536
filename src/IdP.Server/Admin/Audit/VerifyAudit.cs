using IdP.Server.Admin.Access;
using IdP.Storage.Audit;

namespace IdP.Server.Admin.Audit;

/// <summary>Walks the audit log and names what is not as it was written. One walk at a time on a node: it reads everything.</summary>
internal sealed class VerifyAudit(AuditVerifier verifier) : IDisposable
{
    private readonly SemaphoreSlim one = new(1);

    /// <param name="Kept">A checkpoint that was kept elsewhere; null: none.</param>
    public sealed record Request(AuditCheckpoint? Kept = null, Action<long, long>? Progress = null);

    public async Task<AuditVerdict> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.AuditRead);
        await one.WaitAsync(ct);
        try
        {
            return await verifier.VerifyAsync(request.Kept, request.Progress, ct);
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose() => one.Dispose();
}
