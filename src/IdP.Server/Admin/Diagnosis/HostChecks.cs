using IdP.Server.Hosting;
using IdP.Storage.Keys;

namespace IdP.Server.Admin.Diagnosis;

/// <summary>What the deployer sets, beyond what stops a start.</summary>
internal static class HostChecks
{
    public static IEnumerable<Check> Issuer(IdPOptions options, bool isDevelopment)
    {
        yield return isDevelopment
            ? Check.Warning("environment", "This is Development: keys are generated beside the program, and mails without a server are shown on a page.", "Set ASPNETCORE_ENVIRONMENT=Production where real people sign in.")
            : Check.Ok("environment", "This is no Development.");
        var issuer = new Uri(options.Issuer);
        if (issuer.Scheme != Uri.UriSchemeHttps) yield return Check.Warning("issuer", $"{options.Issuer} is not https, which only Development allows.", "Set IdP:Issuer to the https address that applications know.");
        else if (issuer.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6) yield return Check.Warning("issuer", $"{options.Issuer} is an IP address, for which there are no passkeys.", "Give the server a name.");
        else yield return Check.Ok("issuer", $"{options.Issuer} is https.");
    }

    public static IEnumerable<Check> MasterKey(IServiceProvider services, IdPOptions options, bool isDevelopment)
    {
        // Made where it is missing, as at a start: only Development does.
        services.GetRequiredService<MasterKeys>();
        var file = options.Keys.MasterKeyFile ?? (options.Keys.MasterKey is null && isDevelopment ? Path.Combine(options.Keys.Folder, "master.key") : null);
        if (file is null)
        {
            yield return Check.Ok("master key", "It is given by IdP:Keys:MasterKey.");
            yield break;
        }

        if (OperatingSystem.IsWindows())
        {
            yield return Check.Ok("master key", $"{file} can be read.");
            yield break;
        }

        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        yield return (File.GetUnixFileMode(file) & Others) == UnixFileMode.None
            ? Check.Ok("master key", $"{file} can be read by its owner alone.")
            : Check.Problem("master key", $"{file} can be read or written by others than its owner. It opens every authenticator and signing key.", $"chmod 600 {file}");
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        const UnixFileMode Writers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        yield return (File.GetUnixFileMode(folder) & Writers) == UnixFileMode.None || File.GetUnixFileMode(folder).HasFlag(UnixFileMode.StickyBit)
            ? Check.Ok("keys folder", $"Nobody else can put another key into {folder}.")
            : Check.Problem("keys folder", $"Others can put another key into {folder}.", $"chmod go-w {folder}");
    }

    public static IEnumerable<Check> Proxy(IdPOptions options, IConfiguration configuration, bool isDevelopment)
    {
        if (options.Proxy.Known.Count > 0)
        {
            yield return Check.Ok("proxy", $"X-Forwarded-For is believed from {string.Join(", ", options.Proxy.Known)}.");
            yield break;
        }

        var ownTls = configuration[WebHostDefaults.ServerUrlsKey]?.Contains("https:", StringComparison.OrdinalIgnoreCase) == true
            || configuration["HTTPS_PORTS"] is not null || configuration.GetSection("Kestrel:Certificates:Default").Exists() || configuration.GetSection("Kestrel:Endpoints").Exists();
        yield return isDevelopment || ownTls
            ? Check.Ok("proxy", "None is named in IdP:Proxy:Known.")
            : Check.Warning("proxy", "The server does not end TLS itself, and no proxy is named: everybody behind one has its address and shares its limits.", "Name the proxy's address in IdP:Proxy:Known.");
    }
}
