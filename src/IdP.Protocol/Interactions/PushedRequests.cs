using System.Text.Json;
using IdP.Protocol.Requests;
using IdP.Storage;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Verification.SignIn;

namespace IdP.Protocol.Interactions;

/// <summary>Keeps pushed authorization requests until the person comes with the reference. RFC 9126 §2.2, §4.</summary>
internal sealed class PushedRequests(IdPDatabase database, RequestLimits limits, RandomSource random, TimeProvider clock)
{
    public const string Prefix = "urn:ietf:params:oauth:request_uri:";

    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    // What proves the client is not part of what it asks for.
    private static readonly string[] Credentials = ["client_secret", "client_assertion", "client_assertion_type"];

    private const string Select = """
        SELECT parameters FROM pushed_requests WHERE hash = @p0 AND client_id = @p1 AND used_at IS NULL AND expires_at > @p2
        """;

    /// <summary>The request in a form whose client is authenticated.</summary>
    public static AuthorizationRequest Read(OAuthForm form, Client client, string? jkt)
    {
        var parameters = form.Parameters.All.Where(p => !Credentials.Contains(p.Key)).ToDictionary();
        parameters["client_id"] = client.ClientId;
        if (jkt is not null) parameters["dpop_jkt"] = jkt;
        return new AuthorizationRequest(new Parameters(parameters)) { IsPushed = true };
    }

    /// <returns>The <c>request_uri</c>; the row has the hash of its random part. Null when too many came from there.</returns>
    public async Task<string?> StoreAsync(AuthorizationRequest request, Client client, RequestOrigin origin)
    {
        var (handle, now, limit) = (Handle.New(random), clock.GetUtcNow(), limits.Left(client, origin));
        var parameters = JsonSerializer.Serialize(request.Parameters.All);
        var stored = await database.WriteAsync(async s => await limit.CountAsync(s, now) && await s.ExecuteAsync(
            "INSERT INTO pushed_requests (hash, client_id, parameters, expires_at) VALUES (@p0, @p1, @p2, @p3)",
            Handle.HashOf(handle), client.ClientId, parameters, now + Lifetime) == 1);
        return stored ? Prefix + handle : null;
    }

    /// <summary>
    /// Finds the request of a reference. FAPI 2.0 Security Profile §5.3.2.2: the answer spends it, not the visit, so that
    /// a page may be loaded again.
    /// </summary>
    /// <returns>Null when it is unknown, too old, another client's, or was answered.</returns>
    public async Task<AuthorizationRequest?> FindAsync(string requestUri, string? clientId)
    {
        if (clientId is null || !requestUri.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var (hash, now) = (Handle.HashOf(requestUri[Prefix.Length..]), clock.GetUtcNow());
        var json = await database.ReadAsync(s => s.FirstAsync(Select, row => row.GetString(0), hash, clientId, now));
        return json is null
            ? null
            : new AuthorizationRequest(new Parameters(JsonSerializer.Deserialize<Dictionary<string, string>>(json)!)) { IsPushed = true, PushedHash = hash };
    }

    /// <summary>Answers a pushed request; of any number of callers one gets true, as one does for a request that was not pushed.</summary>
    internal static async ValueTask<bool> SpendAsync(Statements statements, AuthorizationRequest request, DateTimeOffset now) =>
        request.PushedHash is not { } hash
        || await statements.ExecuteAsync("UPDATE pushed_requests SET used_at = @p0 WHERE hash = @p1 AND used_at IS NULL", now, hash) == 1;
}
