using IdP.Server.Configuration;

namespace IdP.Server.Cli;

/// <summary>The files that a verb reads and writes: this host's, or those of whoever called from elsewhere.</summary>
internal abstract class CallFiles
{
    /// <summary>Reads a whole file.</summary>
    /// <returns>The bytes; null with a sentence that says why.</returns>
    public abstract Task<(ReadOnlyMemory<byte>? Bytes, string? Problem)> ReadAsync(string path, INamesFile file, CancellationToken ct);

    /// <summary>Writes a file, whole or not at all, for its owner alone.</summary>
    /// <returns>Null: it is written; else a sentence that says why not.</returns>
    public abstract Task<string?> WriteAsync(string path, bool overwrites, Func<Stream, Task> write, CancellationToken ct);

    /// <summary>Where the secrets are that a document names and does not hold.</summary>
    public abstract SecretSource SecretsBeside(string path);

    protected static string TooLarge(string path, INamesFile file)
    {
        var most = file.MostBytes >= 1024 * 1024 ? $"{file.MostBytes / 1024 / 1024} MB" : $"{file.MostBytes / 1024} KB";
        return $"{path} is larger than {most}.{(file.Advice is null ? "" : " " + file.Advice)}";
    }
}

/// <summary>The files of this host.</summary>
internal sealed class HostFiles : CallFiles
{
    public static HostFiles One { get; } = new();

    public override async Task<(ReadOnlyMemory<byte>? Bytes, string? Problem)> ReadAsync(string path, INamesFile file, CancellationToken ct)
    {
        try
        {
            var found = new FileInfo(path);
            if (!found.Exists) return (null, $"The file {path} does not exist.");
            if (found.Length > file.MostBytes) return (null, TooLarge(path, file));
            return (await File.ReadAllBytesAsync(path, ct), null);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return (null, $"{path} cannot be read: {unreadable.Message}");
        }
    }

    public override async Task<string?> WriteAsync(string path, bool overwrites, Func<Stream, Task> write, CancellationToken ct)
    {
        try
        {
            await using var file = NewFile.Begin(path, overwrites);
            await write(file.Stream);
            await file.EndAsync(ct);
            return null;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"{path} cannot be written: {unwritable.Message}";
        }
    }

    public override SecretSource SecretsBeside(string path) => SecretsBeside(path, Environment.GetEnvironmentVariable);

    /// <inheritdoc cref="SecretsBeside(string)"/>
    /// <param name="variable">Reads an environment variable.</param>
    public static HostSecrets SecretsBeside(string path, Func<string, string?> variable) => new(Path.GetDirectoryName(Path.GetFullPath(path))!, variable);
}

/// <summary>A file on its way: it has its name once it is whole, and is gone when it does not become so.</summary>
internal sealed class NewFile : IAsyncDisposable
{
    private readonly string path;
    private readonly bool overwrites;
    private bool ended;

    private NewFile(string path, bool overwrites, FileStream stream) => (this.path, this.overwrites, Stream) = (path, overwrites, stream);

    public FileStream Stream { get; }

    /// <exception cref="IOException">It cannot be written; so do <see cref="UnauthorizedAccessException"/> and <see cref="ArgumentException"/>.</exception>
    public static NewFile Begin(string path, bool overwrites)
    {
        if (!overwrites) DemandNew(path);
        // For its owner alone: what is written out tells of people.
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new NewFile(path, overwrites, new FileStream(Part(path), options));
    }

    /// <exception cref="IOException">There is a file of this name.</exception>
    public static void DemandNew(string path)
    {
        if (File.Exists(path)) throw new IOException($"The file '{path}' already exists.");
    }

    public async Task EndAsync(CancellationToken ct)
    {
        await Stream.FlushAsync(ct);
        await Stream.DisposeAsync();
        File.Move(Part(path), path, overwrites);
        ended = true;
    }

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        if (!ended) File.Delete(Part(path));
    }

    private static string Part(string path) => path + ".part";
}
