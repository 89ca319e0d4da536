using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace IdP.Protocol.Logout;

/// <summary>A checked request of an application to sign the person out.</summary>
public sealed record LogoutRequest
{
    /// <summary>The application; null when it did not say, or did not prove, which it is.</summary>
    public string? ClientId { get; init; }

    /// <summary>What the page calls it.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Where the person goes afterwards, <c>state</c> included; registered. Null: nowhere, the page says goodbye.</summary>
    public string? RedirectUrl { get; init; }

    /// <summary>For <c>form-action</c> of the confirm page's Content-Security-Policy, besides 'self'; null: nothing.</summary>
    public string? FormActionSource { get; init; }

    /// <summary>BCP 47 tags separated by spaces; null: none.</summary>
    public string? UiLocales { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>
/// Carries a checked request through the address of the confirm page, <c>/signout?logout=…</c>, so that nothing in it
/// can be changed on the way and no row is needed.
/// </summary>
public sealed class LogoutRequests(IDataProtectionProvider protection, TimeProvider clock, ProtocolOptions options)
{
    private readonly IDataProtector protector = protection.CreateProtector("IdP.Protocol.LogoutRequests");

    /// <summary>The page that says that the person is signed out.</summary>
    public string SignedOutUrl => $"{options.PathBase}/signout?done=1";

    /// <summary>The confirm page's address.</summary>
    public string ConfirmUrl(LogoutRequest request) => $"{options.PathBase}/signout?logout={protector.Protect(JsonSerializer.Serialize(request))}";

    /// <summary>Reads the value of <c>logout</c>.</summary>
    /// <returns>Null when it is missing, changed or too old: the page then only offers to sign out.</returns>
    public LogoutRequest? Read(string? value)
    {
        if (string.IsNullOrEmpty(value)) return null;
        try
        {
            var request = JsonSerializer.Deserialize<LogoutRequest>(protector.Unprotect(value));
            return request is not null && request.CreatedAt + options.InteractionLifetime > clock.GetUtcNow() ? request : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
