using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IdP.Server.Hosting;

/// <summary>A self-signed certificate for localhost, so that https can be tried without preparation.</summary>
internal static class DevelopmentCertificate
{
    /// <summary>The certificate of the folder; made when there is none or when it ends soon.</summary>
    public static X509Certificate2 LoadOrMake(string folder, TimeProvider clock)
    {
        Directory.CreateDirectory(folder);
        var (bundle, forClients) = (Path.Combine(folder, "localhost.pfx"), Path.Combine(folder, "localhost.crt"));
        var now = clock.GetUtcNow();
        if (File.Exists(bundle))
        {
            try
            {
                var present = X509CertificateLoader.LoadPkcs12FromFile(bundle, null);
                if (present.NotAfter.ToUniversalTime() > now.AddDays(1).UtcDateTime) return present;
                present.Dispose();
            }
            catch (CryptographicException)
            {
                // Half written or not ours: made anew below.
            }
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
        var bytes = made.Export(X509ContentType.Pkcs12);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(bundle, options)) file.Write(bytes);
        File.WriteAllText(forClients, made.ExportCertificatePem());
        return X509CertificateLoader.LoadPkcs12(bytes, null);
    }
}
