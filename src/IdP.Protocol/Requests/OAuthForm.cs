using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace IdP.Protocol.Requests;

/// <summary>The form that a client posts.</summary>
internal sealed class OAuthForm(Parameters parameters)
{
    public string? this[string name] => parameters[name];

    public Parameters Parameters => parameters;

    /// <summary>Reads the body; RFC 6749 §3.2 wants it as application/x-www-form-urlencoded.</summary>
    public static async ValueTask<Result<OAuthForm>> ReadAsync(HttpRequest http, CancellationToken ct)
    {
        if ((await ReadParametersAsync(http, ct)).Failed(out var error, out var parameters)) return error;
        return parameters.Problem is { } problem ? problem : new OAuthForm(parameters);
    }

    /// <summary>As <see cref="ReadAsync"/>; a repeated parameter is left to the caller.</summary>
    public static async ValueTask<Result<Parameters>> ReadParametersAsync(HttpRequest http, CancellationToken ct)
    {
        if (!IsForm(http.ContentType))
        {
            return OAuthError.InvalidRequest("The request must be sent as application/x-www-form-urlencoded in UTF-8.");
        }

        if (http.ContentLength > Parameters.MostBytes) return OAuthError.InvalidRequest("The request is too long.");
        var rented = ArrayPool<byte>.Shared.Rent((int)(http.ContentLength ?? Parameters.MostBytes) + 1);
        try
        {
            var length = 0;
            while (length < rented.Length)
            {
                var read = await http.Body.ReadAsync(rented.AsMemory(length), ct);
                if (read == 0) return Parameters.Parse(rented.AsSpan(0, length));
                length += read;
            }

            return OAuthError.InvalidRequest("The request is too long.");
        }
        finally
        {
            // It held secrets.
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }

    public static bool IsForm(string? contentType)
    {
        const string Form = "application/x-www-form-urlencoded";
        if (contentType is null || !contentType.StartsWith(Form, StringComparison.OrdinalIgnoreCase)) return false;
        if (contentType.Length == Form.Length) return true;
        var parameter = contentType.AsSpan(Form.Length).Trim();
        if (parameter is not [';', ..]) return false;
        parameter = parameter[1..].Trim();
        if (parameter.IsEmpty) return true;
        if (!parameter.StartsWith("charset=", StringComparison.OrdinalIgnoreCase)) return false;
        return parameter["charset=".Length..].Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase);
    }
}
