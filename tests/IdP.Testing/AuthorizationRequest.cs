using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace IdP.Testing;

/// <summary>An authorization request that a test may bend: change, remove or repeat any parameter before it is sent.</summary>
public sealed class AuthorizationRequest
{
    public List<KeyValuePair<string, string>> Parameters { get; } = [];

    /// <summary>RFC 7636 §4.1; belongs to the parameter code_challenge.</summary>
    public string CodeVerifier { get; } = Random();

    public string State => this["state"] ?? "";

    public string Nonce => this["nonce"] ?? "";

    /// <summary>The first value of a parameter. Setting replaces all values; null removes the parameter.</summary>
    public string? this[string name]
    {
        get => Parameters.Where(parameter => parameter.Key == name).Select(parameter => parameter.Value).FirstOrDefault();
        set
        {
            Parameters.RemoveAll(parameter => parameter.Key == name);
            if (value is not null) Parameters.Add(KeyValuePair.Create(name, value));
        }
    }

    public Uri To(Uri authorizationEndpoint) =>
        new(QueryHelpers.AddQueryString(authorizationEndpoint.ToString(), Parameters.Select(p => KeyValuePair.Create(p.Key, (string?)p.Value))));

    internal static string Random() => WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));

    /// <summary>The S256 challenge of RFC 7636 §4.2.</summary>
    internal static string Challenge(string verifier) =>
        WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
}
