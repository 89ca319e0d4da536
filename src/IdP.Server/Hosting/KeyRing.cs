using System.Text;
using System.Xml.Linq;
using IdP.Storage;
using IdP.Storage.Database;
using IdP.Storage.Keys;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.Options;

namespace IdP.Server.Hosting;

/// <summary>Keeps ASP.NET Core's data-protection ring in the database, where every node finds it.</summary>
internal sealed class KeyRingRepository(IdPDatabase database) : IXmlRepository
{
    // The interface is synchronous; the ring is read once a day and written once in ninety.
    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. database.ReadAsync(s => s.AllAsync("SELECT xml FROM data_protection_keys", r => r.GetString(0))).AsTask().GetAwaiter().GetResult().Select(XElement.Parse)];

    public void StoreElement(XElement element, string friendlyName) =>
        database.WriteAsync(s => s.ExecuteAsync(
            "INSERT INTO data_protection_keys (name, xml) VALUES (@p0, @p1)", friendlyName, element.ToString(SaveOptions.DisableFormatting))).GetAwaiter().GetResult();
}

/// <summary>Wraps the ring's keys with the master key.</summary>
internal sealed class KeyRingEncryptor(MasterKeys keys, RandomSource random) : IXmlEncryptor
{
    internal const string Purpose = "data protection ring";

    public EncryptedXmlInfo Encrypt(XElement plaintextElement) => new(
        new XElement("wrapped", keys.Protect(Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting)), Purpose, random)),
        typeof(KeyRingDecryptor));
}

/// <summary>Unwraps them; data protection makes it by its type's name.</summary>
internal sealed class KeyRingDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement) => XElement.Parse(Encoding.UTF8.GetString(
        services.GetRequiredService<MasterKeys>().Unprotect(encryptedElement.Value, KeyRingEncryptor.Purpose)));
}

internal sealed class KeyRingSetup(IdPDatabase database, MasterKeys keys, RandomSource random) : IConfigureOptions<KeyManagementOptions>
{
    public void Configure(KeyManagementOptions options)
    {
        options.XmlRepository = new KeyRingRepository(database);
        options.XmlEncryptor = new KeyRingEncryptor(keys, random);
    }
}
