using IdP.Server.Configuration;

namespace IdP.Server.Cli.Remote;

/// <summary>
/// The files that came with a call. A path is only a name: this host's files are neither read nor written, and what the verb
/// writes goes back to the caller.
/// </summary>
internal sealed class SentFiles(IReadOnlyDictionary<string, byte[]> sent, SentSecrets secrets, TextWriter back) : CallFiles
{
    public override Task<(ReadOnlyMemory<byte>? Bytes, string? Problem)> ReadAsync(string path, INamesFile file, CancellationToken ct) =>
        Task.FromResult<(ReadOnlyMemory<byte>?, string?)>(
            !sent.TryGetValue(path, out var bytes) ? (null, $"The file {path} was not sent with the command.")
            : bytes.Length > file.MostBytes ? (null, TooLarge(path, file))
            : (bytes, null));

    public override async Task<string?> WriteAsync(string path, bool overwrites, Func<Stream, Task> write, CancellationToken ct)
    {
        // Even an empty file is one.
        await back.WriteAsync("".AsMemory(), ct);
        await using var stream = new TextStream(back);
        await write(stream);
        return null;
    }

    public override SecretSource SecretsBeside(string path) => secrets;
}
