using System.Threading.RateLimiting;
using IdP.Server.Admin;

namespace IdP.Server.Cli.Remote;

/// <summary>How many commands a token runs at once on this node: some of them read or change everything.</summary>
internal sealed class CommandGate : IDisposable
{
    public const int AtOnce = 4;

    private readonly PartitionedRateLimiter<Actor> places = PartitionedRateLimiter.Create<Actor, string>(actor =>
        RateLimitPartition.GetConcurrencyLimiter(actor.Name, _ => new ConcurrencyLimiterOptions { PermitLimit = AtOnce }));

    /// <summary>To be disposed when the command has ended.</summary>
    public RateLimitLease Enter(Actor actor) => places.AttemptAcquire(actor);

    public void Dispose() => places.Dispose();
}
