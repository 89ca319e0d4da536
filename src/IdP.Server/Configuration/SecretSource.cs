namespace IdP.Server.Configuration;

/// <summary>Where secrets are that do not stand in a document.</summary>
/// <param name="folder">The document's folder; paths of files start there.</param>
/// <param name="variable">Reads an environment variable; null: the process's own.</param>
internal sealed class SecretSource(string folder, Func<string, string?>? variable = null)
{
    public const int Longest = 4096;

    /// <summary>Of what is no secret and has several lines.</summary>
    public const int LongestText = 128 * 1024;

    /// <summary>For a document that comes from elsewhere: its secrets stand in it.</summary>
    public static SecretSource None { get; } = new("", _ => null) { isClosed = true };

    private const string Closed = "Here a secret stands in the document: it is read by a server that opens no file and no variable for it.";

    private bool isClosed;

    public (string? Value, string? Problem) FromEnvironment(string name) =>
        isClosed ? (null, Closed)
        : (variable ?? Environment.GetEnvironmentVariable)(name) is { Length: > 0 } value
        ? (value, null)
        : (null, $"The environment variable {name} is not set.");

    public (string? Value, string? Problem) FromFile(string path, int longest = Longest)
    {
        if (isClosed) return (null, Closed);
        var full = Path.GetFullPath(path, folder);
        try
        {
            var file = new FileInfo(full);
            if (!file.Exists) return (null, $"The file {path} does not exist (looked for {full}).");
            if (file.Length > longest) return (null, $"The file {path} is too large for this.");
            // Editors and echo end a file with a line break that nobody means.
            var text = File.ReadAllText(full);
            text = text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
            return text.Length > 0 ? (text, null) : (null, $"The file {path} is empty.");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return (null, $"The file {path} cannot be read: {unreadable.Message}");
        }
    }
}
