using Microsoft.AspNetCore.Http;

namespace IdP.Verification.SignIn;

/// <summary>From where a request came, for the audit and the list of sessions.</summary>
public sealed record RequestOrigin(string? Address, string? UserAgent)
{
    public static RequestOrigin Of(HttpContext http) => new(
        http.Connection.RemoteIpAddress?.ToString(),
        http.Request.Headers.UserAgent is [{ Length: > 0 } agent] ? agent[..Math.Min(agent.Length, 256)] : null);
}
