using System.Text;

namespace IdP.Protocol.Requests;

/// <summary>Request parameters as they were sent, decoded strictly.</summary>
internal sealed class Parameters
{
    public const int MostBytes = 64 * 1024;
    private const int MostParameters = 100;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    public Parameters()
    {
    }

    public Parameters(IEnumerable<KeyValuePair<string, string>> known)
    {
        foreach (var (name, value) in known) values[name] = value;
    }

    /// <summary>What is wrong with the request as a whole; a parameter that was sent twice is left out of it.</summary>
    public OAuthError? Problem { get; private set; }

    public int Count => values.Count;

    public IReadOnlyDictionary<string, string> All => values;

    /// <summary>The value; null when the parameter is missing or empty (RFC 6749 §3.1: without a value is omitted).</summary>
    public string? this[string name] => values.GetValueOrDefault(name);

    public static Parameters Parse(string? query) =>
        Parse(Encoding.UTF8.GetBytes(query is ['?', .. var rest] ? rest : query ?? ""));

    /// <summary>Reads application/x-www-form-urlencoded, from a query or a body.</summary>
    public static Parameters Parse(ReadOnlySpan<byte> encoded)
    {
        var parameters = new Parameters();
        if (encoded.Length > MostBytes)
        {
            parameters.Problem = OAuthError.InvalidRequest("The request is too long.");
            return parameters;
        }

        HashSet<string>? seen = null;
        var count = 0;
        foreach (var range in encoded.Split((byte)'&'))
        {
            var pair = encoded[range];
            if (pair.IsEmpty) continue;
            if (++count > MostParameters)
            {
                parameters.Problem = OAuthError.InvalidRequest("The request has too many parameters.");
                break;
            }

            var equals = pair.IndexOf((byte)'=');
            var name = Decode(equals < 0 ? pair : pair[..equals]);
            var value = equals < 0 ? "" : Decode(pair[(equals + 1)..]);
            parameters.Add(name, value, seen ??= new(StringComparer.Ordinal));
        }

        return parameters;
    }

    /// <summary>Decodes one name or value; null when it is not valid percent-encoded UTF-8.</summary>
    public static string? Decode(ReadOnlySpan<byte> encoded)
    {
        var buffer = encoded.Length <= 512 ? stackalloc byte[512] : new byte[encoded.Length];
        var length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            var next = encoded[i];
            if (next == '+') next = (byte)' ';
            else if (next == '%')
            {
                if (i + 2 >= encoded.Length || !char.IsAsciiHexDigit((char)encoded[i + 1]) || !char.IsAsciiHexDigit((char)encoded[i + 2])) return null;
                next = (byte)((Hex(encoded[i + 1]) << 4) | Hex(encoded[i + 2]));
                i += 2;
            }

            buffer[length++] = next;
        }

        try
        {
            return Utf8.GetString(buffer[..length]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private void Add(string? name, string? value, HashSet<string> seen)
    {
        if (name is null || value is null || HasControls(name) || HasControls(value))
        {
            Problem ??= OAuthError.InvalidRequest("A parameter is not valid UTF-8 text in form encoding.");
            // Which of two values was meant is not ours to guess, nor what a broken one was to say.
            if (name is not null && !seen.Add(name)) values.Remove(name);
            return;
        }

        // RFC 8707 §2: each of several is an API. A space inside of one is none between two.
        if (name == Resources.Parameter)
        {
            value = value.Replace(" ", "%20", StringComparison.Ordinal);
            if (value.Length > 0) values[name] = values.TryGetValue(name, out var before) ? $"{before} {value}" : value;
            return;
        }

        // RFC 6749 §3.1: no other parameter more than once.
        if (!seen.Add(name))
        {
            Problem ??= OAuthError.InvalidRequest($"The parameter {(name.Length > 40 ? name[..40] : name)} was sent more than once.");
            values.Remove(name);
        }
        else if (value.Length > 0)
        {
            values[name] = value;
        }
    }

    // Line breaks are allowed inside JSON; other controls have no place in any parameter, and one of them no database stores.
    private static bool HasControls(string text) => text.AsSpan().ContainsAnyInRange('\0', '\b')
        || text.AsSpan().ContainsAnyInRange('\v', '\f') || text.AsSpan().ContainsAnyInRange('\u000e', '\u001f') || text.Contains('\u007f');

    private static int Hex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
