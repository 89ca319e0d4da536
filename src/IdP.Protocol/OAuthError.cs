using System.Diagnostics.CodeAnalysis;

namespace IdP.Protocol;

/// <summary>An error as its RFC names it. Protocol code returns it; it is not thrown.</summary>
/// <param name="Code">The value of <c>error</c>.</param>
/// <param name="Description">For the developer of the client: what is wrong and what would be right.</param>
/// <param name="Status">HTTP status where the answer is JSON.</param>
internal sealed record OAuthError(string Code, string Description, int Status = 400)
{
    /// <summary>Sent as <c>WWW-Authenticate</c>; null: no challenge.</summary>
    public string? Challenge { get; init; }

    /// <summary>Seconds after which trying again makes sense.</summary>
    public int? RetryAfter { get; init; }

    // RFC 6749 §4.1.2.1 and §5.2
    public static OAuthError InvalidRequest(string description) => new("invalid_request", description);

    public static OAuthError InvalidGrant(string description) => new("invalid_grant", description);

    public static OAuthError InvalidScope(string description) => new("invalid_scope", description);

    public static OAuthError UnauthorizedClient(string description) => new("unauthorized_client", description);

    public static OAuthError UnsupportedGrantType(string description) => new("unsupported_grant_type", description);

    public static OAuthError AccessDenied(string description) => new("access_denied", description);

    public static OAuthError ServerError { get; } = new("server_error", "The server could not do this. Try again later.", 500);

    public static OAuthError Unavailable { get; } =
        new("server_error", "The server is busy. Try again in a few seconds.", 503) { RetryAfter = 5 };

    // RFC 6749 §4.1.2.1: %x20-21 / %x23-5B / %x5D-7E only.
    public string SafeDescription => string.Create(Description.Length, Description, static (safe, text) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            safe[i] = text[i] switch { '"' or '\\' => '\'', >= ' ' and <= '~' => text[i], _ => '?' };
        }
    });
}

/// <summary>A value, or the error that stands in its place.</summary>
internal readonly struct Result<T>
{
    private readonly T? value;
    private readonly OAuthError? error;

    private Result(T? value, OAuthError? error) => (this.value, this.error) = (value, error);

    public bool Failed([NotNullWhen(true)] out OAuthError? failure, [NotNullWhen(false)] out T? success)
    {
        (failure, success) = (error, value);
        return error is not null;
    }

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(OAuthError error) => new(default, error);
}
