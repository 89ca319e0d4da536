using IdP.Protocol.Requests;
using IdP.Protocol.Tokens;
using IdP.Storage.Clients;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Http;

namespace IdP.Protocol.ClientAuthentication;

/// <summary>One way for a client to say who it is, by its registered name (RFC 7591 §2).</summary>
internal interface IClientAuthenticationMethod
{
    string Name { get; }

    /// <summary>What the request presents in this way; null when it does not use it.</summary>
    Result<Credentials>? Read(HttpRequest http, OAuthForm form);

    /// <summary>Whether the credentials are the client's.</summary>
    /// <returns>An error of its own only where the answer must wait; else yes or no.</returns>
    ValueTask<Result<bool>> VerifyAsync(Credentials credentials, Client? client, IEnumerable<ClientSecret> secrets, CancellationToken ct);
}

/// <summary>Who a client says it is, and by what.</summary>
internal sealed record Credentials(string ClientId, string Secret)
{
    /// <summary>From where they came.</summary>
    public RequestOrigin? Origin { get; init; }

    /// <summary>The signed statement that stands in the secret's place, taken apart.</summary>
    public Jws? Assertion { get; init; }

    public override string ToString() => "Credentials(redacted)";
}
