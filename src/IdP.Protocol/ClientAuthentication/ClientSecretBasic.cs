using System.Buffers;
using System.Buffers.Text;
using System.Text;
using IdP.Protocol.Requests;
using IdP.Storage.Clients;
using Microsoft.AspNetCore.Http;

namespace IdP.Protocol.ClientAuthentication;

/// <summary>RFC 6749 §2.3.1: HTTP Basic, both parts form-encoded first.</summary>
internal sealed class ClientSecretBasic(ClientSecrets secrets) : IClientAuthenticationMethod
{
    private const string Scheme = "Basic ";

    public string Name => "client_secret_basic";

    public Result<Credentials>? Read(HttpRequest http, OAuthForm form)
    {
        if (http.Headers.Authorization is not [{ } header, ..]) return null;
        if (http.Headers.Authorization.Count > 1 || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return ClientAuthenticator.BasicFailed;

        var encoded = header.AsSpan(Scheme.Length).Trim();
        if (encoded.Length > 2048) return ClientAuthenticator.BasicFailed;
        Span<byte> utf8 = stackalloc byte[2048];
        var length = Encoding.UTF8.GetByteCount(encoded) <= utf8.Length ? Encoding.UTF8.GetBytes(encoded, utf8) : 0;
        if (Base64.DecodeFromUtf8InPlace(utf8[..length], out var written) != OperationStatus.Done) return ClientAuthenticator.BasicFailed;

        var decoded = utf8[..written];
        var colon = decoded.IndexOf((byte)':');
        if (colon <= 0) return ClientAuthenticator.BasicFailed;
        if (Parameters.Decode(decoded[..colon]) is not { } id || Parameters.Decode(decoded[(colon + 1)..]) is not { Length: > 0 } secret)
        {
            return ClientAuthenticator.BasicFailed;
        }

        return new Credentials(id, secret);
    }

    public ValueTask<Result<bool>> VerifyAsync(Credentials credentials, Client? client, IEnumerable<ClientSecret> known, CancellationToken ct) =>
        secrets.VerifyAsync(credentials, known, ct);
}
