using System.Globalization;

namespace Samples.Api.Guarding;

/// <summary>An answer that tells the client what is missing, in the header <c>WWW-Authenticate</c>.</summary>
internal sealed record Refusal(int Status, params (string Name, string Value)[] Parameters)
{
    /// <summary>RFC 6750 §3.1: who sent no token is told how to, and no error.</summary>
    public static Refusal NoToken { get; } = new(StatusCodes.Status401Unauthorized);

    /// <summary>The token may well be good; nobody can tell.</summary>
    public static Refusal ProviderAway { get; } = new(StatusCodes.Status503ServiceUnavailable);

    public static Refusal InvalidToken(string why) =>
        new(StatusCodes.Status401Unauthorized, ("error", "invalid_token"), ("error_description", why));

    public static Refusal InsufficientScope(Demand demand) => new(StatusCodes.Status403Forbidden,
        ("error", "insufficient_scope"), ("error_description", "The access token lacks a scope."), ("scope", demand.Scope));

    /// <summary>RFC 9470 §3: the whole demand, so that one new sign-in meets all of it.</summary>
    public static Refusal StepUp(Demand demand, string why)
    {
        List<(string, string)> parameters =
            [("error", "insufficient_user_authentication"), ("error_description", why), ("acr_values", demand.Acr)];
        if (demand.MaxAge is { TotalSeconds: var seconds })
            parameters.Add(("max_age", seconds.ToString("0", CultureInfo.InvariantCulture)));
        return new Refusal(StatusCodes.Status401Unauthorized, [.. parameters]);
    }

    public Task WriteAsync(HttpResponse response)
    {
        response.StatusCode = Status;
        // None of the values holds a quote or a backslash, which would need escaping (RFC 9110 §5.6.4).
        if (Status != StatusCodes.Status503ServiceUnavailable)
            response.Headers.WWWAuthenticate = "Bearer realm=\"payroll\""
                + string.Concat(Parameters.Select(p => $", {p.Name}=\"{p.Value}\""));
        return Task.CompletedTask;
    }
}
