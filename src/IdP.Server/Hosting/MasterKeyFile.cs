using System.Security.Cryptography;
using IdP.Storage.Keys;

namespace IdP.Server.Hosting;

/// <summary>Finds the master key, or in Development makes one.</summary>
internal static class MasterKeyFile
{
    private const int Size = 32;

    public static MasterKeys Load(KeyOptions options, bool isDevelopment)
    {
        var present = options switch
        {
            { MasterKey: { } key } => Parse(key, "IdP:Keys:MasterKey"),
            { MasterKeyFile: { } file } => Parse(Read(file), "IdP:Keys:MasterKeyFile"),
            _ when isDevelopment => Parse(ReadOrMake(Path.Combine(options.Folder, "master.key")), "the generated master.key"),
            _ => throw new ConfigurationException("IdP:Keys:MasterKeyFile is missing."),
        };
        return new MasterKeys([present, .. options.PreviousMasterKeys.Select(k => Parse(k, "IdP:Keys:PreviousMasterKeys"))]);
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"IdP:Keys:MasterKeyFile cannot be read: {unreadable.Message}");
        }
    }

    private static string ReadOrMake(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (!File.Exists(path))
        {
            // Written aside and moved: a second process that starts now sees the whole file or none.
            var aside = $"{path}.{Environment.ProcessId}";
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var writer = new StreamWriter(aside, options)) writer.WriteLine(Convert.ToBase64String(RandomNumberGenerator.GetBytes(Size)));
            try
            {
                File.Move(aside, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(aside);
            }
        }

        return File.ReadAllText(path);
    }

    private static byte[] Parse(string text, string key)
    {
        var bytes = new byte[Size];
        return Convert.TryFromBase64String(text.Trim(), bytes, out var written) && written == Size
            ? bytes
            : throw new ConfigurationException($"{key} must be base64 of exactly {Size} bytes; make one with: openssl rand -base64 32");
    }
}
