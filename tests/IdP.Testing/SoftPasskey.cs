using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IdP.Testing;

/// <summary>
/// A passkey in code, for tests without a browser: one ES256 key that answers what a server asks (WebAuthn Level 3
/// §6 and §7), honestly unless a test changes one of its properties.
/// </summary>
/// <param name="origin">Of the page on which it is used.</param>
public sealed class SoftPasskey(string origin) : IDisposable
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] id = RandomNumberGenerator.GetBytes(16);
    private string? userHandle;

    public string Origin { get; set; } = origin;

    /// <summary>The host that it believes to be at; null: the one that asks.</summary>
    public string? Host { get; set; }

    /// <summary>A finger, a face or a PIN was recognised.</summary>
    public bool IsUserVerified { get; set; } = true;

    /// <summary>The page stands in a frame of another site.</summary>
    public bool IsCrossOrigin { get; set; }

    /// <summary>It may be copied to other devices.</summary>
    public bool IsSynced { get; init; }

    /// <summary>How often it has signed; null: it does not count and always says 0.</summary>
    public uint? Count { get; set; }

    /// <summary>A new credential for <c>navigator.credentials.create</c>, as its JSON.</summary>
    public string Create(string options)
    {
        using var asked = JsonDocument.Parse(options);
        var root = asked.RootElement;
        userHandle = root.GetProperty("user").GetProperty("id").GetString();
        var host = root.GetProperty("rp").GetProperty("id").GetString()!;
        // Of CBOR only what is needed: a map of three, with the format "none" and no statement.
        var data = AuthenticatorData(host, 0x40, AttestedCredential());
        byte[] attestation = [0xA3, 0x63, .. "fmt"u8, 0x64, .. "none"u8, 0x67, .. "attStmt"u8, 0xA0, 0x68, .. "authData"u8, 0x58, (byte)data.Length, .. data];
        return Credential(new
        {
            clientDataJSON = Encode(ClientData("webauthn.create", root)), attestationObject = Encode(attestation), transports = new[] { "internal" },
        });
    }

    /// <summary>A signature for <c>navigator.credentials.get</c>, as its JSON.</summary>
    public string Get(string options)
    {
        using var asked = JsonDocument.Parse(options);
        var root = asked.RootElement;
        if (Count is not null) Count++;
        var (client, data) = (ClientData("webauthn.get", root), AuthenticatorData(root.GetProperty("rpId").GetString()!, 0, []));
        var signature = key.SignData([.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Credential(new { clientDataJSON = Encode(client), authenticatorData = Encode(data), signature = Encode(signature), userHandle });
    }

    public void Dispose() => key.Dispose();

    private static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    private string Credential(object response) => JsonSerializer.Serialize(new
    {
        id = Encode(id), rawId = Encode(id), type = "public-key", authenticatorAttachment = "platform", clientExtensionResults = new { }, response,
    });

    private byte[] ClientData(string type, JsonElement options) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new
    {
        type, challenge = options.GetProperty("challenge").GetString(), origin = Origin, crossOrigin = IsCrossOrigin,
    }));

    private byte[] AuthenticatorData(string host, byte flags, byte[] attested)
    {
        var count = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(count, Count ?? 0);
        // Bit 0: somebody was there. 2: it was verified who. 3: can be copied. 6: a new credential follows.
        var all = (byte)(flags | 0x01 | (IsUserVerified ? 0x04 : 0) | (IsSynced ? 0x08 : 0));
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(Host ?? host)), all, .. count, .. attested];
    }

    // No model is named, then the id and the public key by COSE: EC2, ES256, P-256, x, y.
    private byte[] AttestedCredential()
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return
        [
            .. new byte[16], 0, (byte)id.Length, .. id,
            0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20, .. point.X!, 0x22, 0x58, 0x20, .. point.Y!,
        ];
    }
}
