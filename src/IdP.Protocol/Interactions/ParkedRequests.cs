using System.Data.Common;
using System.Text.Json;
using IdP.Protocol.Requests;
using IdP.Storage;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Verification.Attempts;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;

namespace IdP.Protocol.Interactions;

/// <summary>Keeps an authorization request while pages run, and brings it back.</summary>
/// <remarks>
/// A page gets the handle as <c>?interaction=</c>, carries it along in its forms, and when it is done redirects to
/// <see cref="ResumeUrl"/>; there everything is decided anew, so a page can be left, repeated or opened out of turn.
/// </remarks>
public sealed class ParkedRequests(IdPDatabase database, Catalog catalog, RequestLimits limits, RandomSource random, TimeProvider clock, ProtocolOptions options)
{
    private const string Select = """
        SELECT hash, parameters, created_at, consent_user_id, account_chosen_at FROM interactions
        WHERE hash = @p0 AND completed_at IS NULL AND expires_at > @p1
        """;

    /// <summary>Finds the request that a page runs for.</summary>
    /// <returns>Null when the handle is null, unknown, too old or answered: show <c>/error?reason=link</c>, or go on without.</returns>
    public async ValueTask<ParkedRequest?> FindAsync(string? handle)
    {
        if (await LoadAsync(handle) is not { } stored) return null;
        var snapshot = await catalog.GetAsync();
        var request = stored.ToRequest();
        if (!snapshot.Clients.TryGetValue(request.ClientId ?? "", out var client) || client.DisabledAt is not null) return null;
        if (AuthorizationChecks.CheckRedirectUri(request, client) is not null || AuthorizationChecks.Check(request, client) is not null) return null;
        if (AuthorizationChecks.CheckResource(request, client, snapshot, options.Issuer) is not null) return null;
        return new ParkedRequest
        {
            Handle = handle!,
            ClientId = client.ClientId,
            DisplayName = client.DisplayName,
            RedirectUri = request.RedirectUri!,
            FormActionSource = RedirectUris.CspSource(request.RedirectUri!),
            Demands = request.Demands(stored.CreatedAt, stored.Hash),
            Scopes = request.Scopes,
            LoginHint = request.LoginHint,
            UiLocales = request.UiLocales,
            SelectAccount = request.Prompts.HasFlag(Prompts.SelectAccount) && stored.AccountChosenAt is null,
            Subject = stored.Subject,
            CreatedAt = stored.CreatedAt,
        };
    }

    /// <summary>The person pressed Allow on the consent page.</summary>
    /// <param name="handle">Of the request.</param>
    /// <param name="userId">Of the person who is signed in; it counts only while they are.</param>
    public Task AllowAsync(string handle, string userId) => UpdateAsync(
        "UPDATE interactions SET consent_user_id = @p0 WHERE hash = @p1 AND completed_at IS NULL AND expires_at > @p2", userId, handle);

    /// <summary>The person refused; at <see cref="ResumeUrl"/> the client is told <c>access_denied</c>.</summary>
    public async Task RefuseAsync(string handle, string userId)
    {
        if (await LoadAsync(handle) is not { } stored) return;
        var parameters = Serialize(stored with { RefusedById = userId });
        await UpdateAsync("UPDATE interactions SET parameters = @p0 WHERE hash = @p1 AND completed_at IS NULL AND expires_at > @p2", parameters, handle);
    }

    /// <summary>The person chose who to be (<c>prompt=select_account</c>); a fresh sign-in is such a choice by itself.</summary>
    public Task ChooseAccountAsync(string handle) => UpdateAsync(
        "UPDATE interactions SET account_chosen_at = @p0 WHERE hash = @p1 AND completed_at IS NULL AND expires_at > @p2", clock.GetUtcNow(), handle);

    /// <summary>Where a page sends the browser when it is done.</summary>
    public string ResumeUrl(string handle) => $"{options.PathBase}/connect/authorize?interaction={Uri.EscapeDataString(handle)}";

    /// <summary>Parks a checked request.</summary>
    /// <returns>The handle, shown only in addresses of this server; the row has its hash. Null when too many of this address wait.</returns>
    internal async Task<string?> ParkAsync(AuthorizationRequest request, Client client, RequestOrigin origin)
    {
        var (handle, now, limit) = (Handle.New(random), clock.GetUtcNow(), limits.Parked(origin));
        var stored = new StoredInteraction(request.Parameters) { Subject = request.Subject, PushedHash = request.PushedHash, CountedFor = limit.Owner };
        var parked = await database.WriteAsync(async s => await limit.CountAsync(s, now) && await s.ExecuteAsync(
            "INSERT INTO interactions (hash, client_id, parameters, created_at, expires_at) VALUES (@p0, @p1, @p2, @p3, @p4)",
            Handle.HashOf(handle), client.ClientId, Serialize(stored), now, now + options.InteractionLifetime) == 1);
        return parked ? handle : null;
    }

    internal async ValueTask<StoredInteraction?> LoadAsync(string? handle)
    {
        if (handle is not { Length: 43 }) return null;
        var (hash, now) = (Handle.HashOf(handle), clock.GetUtcNow());
        return await database.ReadAsync(s => s.FirstAsync(Select, Read, hash, now));
    }

    /// <summary>As the other, in a commit of its own.</summary>
    internal Task<bool> CompleteAsync(AuthorizationRequest request, StoredInteraction? stored) => database.WriteAsync(s => CompleteAsync(s, request, stored, clock.GetUtcNow()));

    /// <summary>Answers a request; of any number of callers one gets true.</summary>
    internal static async ValueTask<bool> CompleteAsync(Statements statements, AuthorizationRequest request, StoredInteraction? stored, DateTimeOffset now)
    {
        const string complete = "UPDATE interactions SET completed_at = @p0 WHERE hash = @p1 AND completed_at IS NULL AND expires_at > @p0";
        // First the request that waits: answered meanwhile, or too old, it leaves the pushed one to others that wait for
        // it. The other way round nothing is lost: whose pushed request was answered has no answer to come.
        if (stored is not null)
        {
            if (await statements.ExecuteAsync(complete, now, stored.Hash) == 0) return false;
            if (stored.CountedFor is { } owner) await AttemptCounter.RefundAsync(statements, AttemptKind.Request, owner);
        }

        return await PushedRequests.SpendAsync(statements, request, now);
    }

    private Task<int> UpdateAsync(string sql, object value, string handle) =>
        database.WriteAsync(s => s.ExecuteAsync(sql, value, Handle.HashOf(handle), clock.GetUtcNow()));

    private static StoredInteraction? Read(DbDataReader row)
    {
        var stored = JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(1))!;
        stored.Remove(StoredInteraction.SubjectName, out var subject);
        stored.Remove(StoredInteraction.RefusedByName, out var refusedBy);
        stored.Remove(StoredInteraction.CountedForName, out var countedFor);
        stored.Remove(StoredInteraction.PushedName, out var pushed);
        return new StoredInteraction(new Parameters(stored))
        {
            Hash = row.GetString(0), CreatedAt = row.Time(2), ConsentUserId = row.NullableString(3), AccountChosenAt = row.NullableTime(4),
            Subject = subject, RefusedById = refusedBy, PushedHash = pushed, CountedFor = countedFor,
        };
    }

    private static string Serialize(StoredInteraction interaction)
    {
        // Of the hint only the subject is of use; and what somebody else names with a space is not taken for ours.
        var kept = interaction.Parameters.All.Where(p => p.Key != "id_token_hint" && !p.Key.Contains(' ')).ToDictionary(StringComparer.Ordinal);
        if (interaction.Subject is { } subject) kept.Add(StoredInteraction.SubjectName, subject);
        if (interaction.RefusedById is { } refusedBy) kept.Add(StoredInteraction.RefusedByName, refusedBy);
        if (interaction.CountedFor is { } owner) kept.Add(StoredInteraction.CountedForName, owner);
        if (interaction.PushedHash is { } pushed) kept.Add(StoredInteraction.PushedName, pushed);
        return JsonSerializer.Serialize(kept);
    }
}

/// <summary>An authorization request that waits for a person.</summary>
public sealed record ParkedRequest
{
    public required string Handle { get; init; }

    public required string ClientId { get; init; }

    /// <summary>What pages call the application.</summary>
    public required string DisplayName { get; init; }

    /// <summary>Registered, checked; for showing its host.</summary>
    public required string RedirectUri { get; init; }

    /// <summary>
    /// What <c>form-action</c> of a page's Content-Security-Policy must allow besides 'self', because the answer to its
    /// form may lead on to the application.
    /// </summary>
    public required string FormActionSource { get; init; }

    /// <summary>Frozen when the request came, with the time at which it did.</summary>
    public required RequestDemands Demands { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>For the user name field; null: none.</summary>
    public string? LoginHint { get; init; }

    /// <summary>BCP 47 tags separated by spaces, most wanted first; null: none.</summary>
    public string? UiLocales { get; init; }

    /// <summary>
    /// The person must be asked who to be: show who is signed in, and call <see cref="ParkedRequests.ChooseAccountAsync"/>
    /// for "go on", or let somebody sign in.
    /// </summary>
    public bool SelectAccount { get; init; }

    /// <summary>
    /// Id of the only person whom the application accepts. When somebody else is signed in, ask for a sign-in; do not
    /// send them back as they are. Null: anybody.
    /// </summary>
    public string? Subject { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>The row of a parked request.</summary>
internal sealed record StoredInteraction(Parameters Parameters)
{
    // Kept beside the parameters, none of which has a space in its name.
    public const string SubjectName = "the subject";
    public const string RefusedByName = "refused by";
    public const string PushedName = "was pushed";
    public const string CountedForName = "counted for";

    public string Hash { get; init; } = "";

    public DateTimeOffset CreatedAt { get; init; }

    public string? ConsentUserId { get; init; }

    public DateTimeOffset? AccountChosenAt { get; init; }

    public string? RefusedById { get; init; }

    /// <summary>Whose count of waiting requests it is in, see <see cref="RequestLimits"/>.</summary>
    public string? CountedFor { get; init; }

    /// <summary>The client itself had left the request here (RFC 9126), in this row; null: it came with the browser.</summary>
    public string? PushedHash { get; init; }

    /// <summary>The request, to be checked again.</summary>
    public AuthorizationRequest ToRequest() => new(Parameters) { IsPushed = PushedHash is not null, PushedHash = PushedHash };

    /// <summary>The person whom the request is about; read from the hint when the request came.</summary>
    public string? Subject { get; init; }
}
