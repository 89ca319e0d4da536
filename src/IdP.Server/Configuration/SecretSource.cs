namespace IdP.Server.Configuration;

/// <summary>Where the values are that a document names and does not hold.</summary>
internal abstract class SecretSource
{
    public const int Longest = 4096;

    /// <summary>Of what is no secret and has several lines.</summary>
    public const int LongestText = 128 * 1024;

    /// <summary>The value of an environment variable, or a sentence that says why there is none.</summary>
    public abstract (string? Value, string? Problem) FromEnvironment(string name);

    /// <summary>What a file says, or a sentence that says why it says nothing.</summary>
    public abstract (string? Value, string? Problem) FromFile(string path, int longest = Longest);

    protected static string TooLarge(string path) => $"The file {path} is too large for this.";
}

/// <summary>This machine's files and environment.</summary>
/// <param name="folder">The document's folder; paths of files start there.</param>
/// <param name="variable">Reads an environment variable.</param>
internal sealed class HostSecrets(string folder, Func<string, string?> variable) : SecretSource
{
    private readonly Dictionary<string, string> variables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> files = new(StringComparer.Ordinal);

    /// <summary>The variables that were asked for and are set.</summary>
    public IReadOnlyDictionary<string, string> Variables => variables;

    /// <summary>The files that were asked for and say something.</summary>
    public IReadOnlyDictionary<string, string> Files => files;

    /// <summary>Something was asked for that is not there.</summary>
    public bool Misses { get; private set; }

    public override (string? Value, string? Problem) FromEnvironment(string name) =>
        Note(variables, name, variable(name) is { Length: > 0 } value ? (value, null) : (null, $"The environment variable {name} is not set."));

    public override (string? Value, string? Problem) FromFile(string path, int longest = Longest) => Note(files, path, Read(path, longest));

    private (string? Value, string? Problem) Read(string path, int longest)
    {
        var full = Path.GetFullPath(path, folder);
        try
        {
            var file = new FileInfo(full);
            if (!file.Exists) return (null, $"The file {path} does not exist (looked for {full}).");
            if (file.Length > longest) return (null, TooLarge(path));
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

    private (string? Value, string? Problem) Note(Dictionary<string, string> found, string name, (string? Value, string? Problem) answer)
    {
        if (answer.Value is { } value) found[name] = value;
        else Misses = true;
        return answer;
    }
}

/// <summary>What came along with a document from elsewhere: this machine's files and environment are not read for it.</summary>
internal sealed class SentSecrets(IReadOnlyDictionary<string, string>? variables, IReadOnlyDictionary<string, string>? files) : SecretSource
{
    private const string Closed = "Here a secret stands in the document: it is read by a server that opens no file and no variable for it.";

    /// <summary>Nothing came along.</summary>
    public static SentSecrets None { get; } = new(null, null);

    public override (string? Value, string? Problem) FromEnvironment(string name) =>
        variables?.GetValueOrDefault(name) is { Length: > 0 } value ? (value, null) : (null, Closed);

    public override (string? Value, string? Problem) FromFile(string path, int longest = Longest) =>
        files?.GetValueOrDefault(path) is not { Length: > 0 } text ? (null, Closed)
        : text.Length > longest ? (null, TooLarge(path))
        : (text, null);
}
