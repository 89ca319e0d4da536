using System.Data.Common;
using System.Threading.RateLimiting;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Verification.SignIn;

namespace IdP.Server.Pages;

/// <summary>Keeps what an error page told, so that support finds it by the number that the person reads out.</summary>
/// <remarks>Strangers make no more rows than a few in a minute, whatever they try; the program's log has every one.</remarks>
internal sealed class ToldErrors(IdPDatabase database, TimeProvider clock) : IDisposable
{
    // On this node. Whoever is signed in is known, and needs none.
    private readonly FixedWindowRateLimiter strangers = new(new() { PermitLimit = 20, Window = TimeSpan.FromMinutes(1) });

    /// <param name="current">Who is there, if anybody.</param>
    /// <param name="problem">What was said.</param>
    /// <param name="reference">The number that was told.</param>
    /// <param name="path">Of the page that could not be shown; null: none failed.</param>
    public async Task KeepAsync(CurrentSignIn current, PageProblem problem, string reference, string? path)
    {
        // Whoever is turned away for the load must not make more of it.
        if (problem.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable) return;
        try
        {
            var person = (await current.SigningInAsync())?.Person;
            // Nobody calls support because an address that they typed, or a program guessed, leads nowhere.
            if (person is null && (problem.Status == StatusCodes.Status404NotFound || !strangers.AttemptAcquire().IsAcquired)) return;
            await KeepAsync(person is null ? "anonymous" : "user:" + person.Id, person?.Id, $"{problem.Key} ({problem.Status}){(path is null ? "" : $" at {path}")}", reference, current.Origin);
        }
        catch (Exception unreachable) when (IsOfTheDatabase(unreachable))
        {
            // As below: nobody can be known.
        }
    }

    /// <summary>As the other, where it is known who is there.</summary>
    /// <param name="actor">As the audit log names them.</param>
    /// <param name="userId">The person; null: nobody.</param>
    /// <param name="what">What was said, and where.</param>
    public async Task KeepAsync(string actor, string? userId, string what, string reference, RequestOrigin origin)
    {
        try
        {
            await database.WriteAsync(async s =>
            {
                await s.AuditAsync(new AuditEvent
                {
                    At = clock.GetUtcNow(), Event = AuditEvents.ErrorShown, Actor = actor, UserId = userId, Outcome = "failure",
                    Reason = what, Address = origin.Address, UserAgent = origin.UserAgent, Reference = reference,
                });
                return true;
            });
        }
        catch (Exception unreachable) when (IsOfTheDatabase(unreachable))
        {
            // Who is told of a broken database must not need it for that; the log has the number.
        }
    }

    private static bool IsOfTheDatabase(Exception broken) => broken is DbException or TimeoutException or InvalidOperationException or OperationCanceledException;

    public void Dispose() => strangers.Dispose();
}
