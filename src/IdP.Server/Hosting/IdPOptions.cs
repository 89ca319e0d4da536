using IdP.Protocol;
using IdP.Storage.Database;

namespace IdP.Server.Hosting;

/// <summary>What a deployer sets; section <c>IdP</c>. Read once at start.</summary>
public sealed record IdPOptions
{
    public const string Section = "IdP";

    /// <summary>The issuer: the address that clients know, without a slash at its end.</summary>
    public string Issuer { get; init; } = "http://localhost:5080";

    public DatabaseOptions Database { get; init; } = new();

    public SeedOptions Seed { get; init; } = new();

    public KeyOptions Keys { get; init; } = new();

    public BrandingOptions Branding { get; init; } = new();

    public MailOptions Mail { get; init; } = new();

    public MetricsOptions Metrics { get; init; } = new();

    public ProxyOptions Proxy { get; init; } = new();

    /// <summary>Lifetimes and algorithms; its issuer is <see cref="Issuer"/>.</summary>
    public ProtocolOptions Tokens { get; init; } = new();
}

/// <summary>Section <c>IdP:Seed</c>.</summary>
public sealed record SeedOptions
{
    /// <summary>A declarative document that is applied at each start; null: none.</summary>
    public string? File { get; init; }
}

/// <summary>Section <c>IdP:Keys</c>.</summary>
public sealed record KeyOptions
{
    /// <summary>Where Development keeps the key and the certificate that it generates.</summary>
    public string Folder { get; init; } = "certs";

    /// <summary>The master key: base64 of 32 bytes.</summary>
    public string? MasterKey { get; init; }

    /// <summary>A file that holds the master key.</summary>
    public string? MasterKeyFile { get; init; }

    /// <summary>Earlier master keys, still needed to read what they wrapped.</summary>
    public IReadOnlyList<string> PreviousMasterKeys { get; init; } = [];
}

/// <summary>Section <c>IdP:Branding</c>.</summary>
public sealed record BrandingOptions
{
    /// <summary>The organisation's name: on every page, in the mails, and in people's authenticator apps.</summary>
    public string Name { get; init; } = "Your organisation";

    /// <summary>Language of the mails to people who have none in their profile: <c>en</c>, <c>de</c>, or one that an admin wrote templates in.</summary>
    public string Language { get; init; } = "en";

    /// <summary>IANA time zone for people who have none in their profile.</summary>
    public string TimeZone { get; init; } = "UTC";
}

/// <summary>Section <c>IdP:Mail</c>. Without a host, mails are kept in the outbox and can be read there.</summary>
public sealed record MailOptions
{
    public string? Host { get; init; }

    public int Port { get; init; } = 587;

    public string? UserName { get; init; }

    public string? Password { get; init; }

    /// <summary>The sender's address.</summary>
    public string From { get; init; } = "no-reply@localhost";

    /// <summary>TLS is demanded, but for a server on this machine.</summary>
    public bool UseTls { get; init; } = true;
}

/// <summary>Section <c>IdP:Metrics</c>.</summary>
public sealed record MetricsOptions
{
    /// <summary>What <c>/metrics</c> is read with, as a bearer token; null: there is no <c>/metrics</c>.</summary>
    public string? Token { get; init; }
}

/// <summary>Section <c>IdP:Proxy</c>.</summary>
public sealed record ProxyOptions
{
    /// <summary>Addresses of reverse proxies whose X-Forwarded-For tells the client's address; others are not believed.</summary>
    public IReadOnlyList<string> Known { get; init; } = [];
}
