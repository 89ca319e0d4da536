namespace IdP.Testing;

public static class UriExtensions
{
    extension(Uri uri)
    {
        /// <summary>The parameters of the query. A repeated one (RFC 6749 §3.1 forbids it) fails the test.</summary>
        public IReadOnlyDictionary<string, string> QueryParameters => uri.Query.TrimStart('?')
            .Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => Decode(pair[0]), pair => pair.Length == 2 ? Decode(pair[1]) : "");
    }

    private static string Decode(string value) => Uri.UnescapeDataString(value.Replace('+', ' '));
}
