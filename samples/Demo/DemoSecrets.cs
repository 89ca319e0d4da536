using System.Buffers.Text;
using System.Security.Cryptography;
using Samples.RelyingParty;

namespace Samples.Demo;

/// <summary>
/// The client secrets of the sample apps: made at the first start, so that none stands in the repository.
/// </summary>
internal static class DemoSecrets
{
    /// <summary>Reads the secret of a client, and makes it first when there is none.</summary>
    public static string Ensure(string clientId)
    {
        var path = RepositoryRoot.SecretFile(clientId);
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } kept) return kept;

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        // Only the person who runs the demo may read it; Windows has no such mode and inherits the folder's rights.
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, options);
        writer.Write(secret);
        return secret;
    }
}
