using System.Net;
using IdP.Server.Mail;

namespace IdP.Server.Hosting;

/// <summary>The configuration cannot be used; the message is for the person who starts the program.</summary>
public sealed class ConfigurationException(string message) : Exception(message);

/// <summary>Reads and checks the options: each problem is one sentence that names the key.</summary>
internal static class IdPOptionsRules
{
    public static IdPOptions Read(IConfiguration configuration, bool isDevelopment)
    {
        IdPOptions options;
        try
        {
            options = configuration.GetSection(IdPOptions.Section).Get<IdPOptions>(o => o.ErrorOnUnknownConfiguration = true) ?? new IdPOptions();
        }
        catch (InvalidOperationException unreadable)
        {
            throw new ConfigurationException("The section IdP cannot be read: " + (unreadable.InnerException ?? unreadable).Message);
        }

        var problems = Problems(options, isDevelopment).ToList();
        return problems.Count == 0 ? options : throw new ConfigurationException(string.Join(Environment.NewLine, problems));
    }

    private static IEnumerable<string> Problems(IdPOptions options, bool isDevelopment)
    {
        if (!Uri.TryCreate(options.Issuer, UriKind.Absolute, out var issuer) || issuer.Scheme is not ("http" or "https"))
        {
            yield return $"IdP:Issuer must be an absolute https address; it is \"{options.Issuer}\".";
        }
        else
        {
            // OIDC Discovery §3: https, no query, no fragment.
            if (issuer.Query.Length > 0 || issuer.Fragment.Length > 0 || issuer.UserInfo.Length > 0)
            {
                yield return "IdP:Issuer must have no query, fragment or user part.";
            }

            if (issuer.AbsolutePath != "/" || options.Issuer.EndsWith('/'))
            {
                yield return "IdP:Issuer must be a scheme, a host and perhaps a port, without a path or a slash at its end.";
            }

            if (issuer.Scheme == "http" && !(isDevelopment && issuer.IsLoopback))
            {
                yield return "IdP:Issuer must begin with https:// (http is for Development on localhost alone).";
            }
        }

        if (string.IsNullOrWhiteSpace(options.Database.ConnectionString)) yield return "IdP:Database:ConnectionString is empty.";
        if (string.IsNullOrWhiteSpace(options.Branding.Name)) yield return "IdP:Branding:Name is empty.";
        if (!MailTemplates.IsLanguage(options.Branding.Language)) yield return $"IdP:Branding:Language must be a language tag such as en or de; it is \"{options.Branding.Language}\".";
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(options.Branding.TimeZone, out _))
        {
            yield return $"IdP:Branding:TimeZone is not a known time zone; it is \"{options.Branding.TimeZone}\".";
        }

        if (options.Mail.Port is < 1 or > 65535) yield return "IdP:Mail:Port must be from 1 to 65535.";
        if (options.Mail is { Host: { } host, UseTls: false } && !IsLoopback(host))
        {
            yield return "IdP:Mail:UseTls may be false only for a mail server on this machine.";
        }

        if (options.Metrics.Token is { Length: < 16 }) yield return "IdP:Metrics:Token must have at least 16 characters; make one with: openssl rand -hex 16";
        if (options.Keys is { MasterKey: not null, MasterKeyFile: not null })
        {
            yield return "IdP:Keys:MasterKey and IdP:Keys:MasterKeyFile are both set; give one.";
        }

        if (!isDevelopment && options.Keys is { MasterKey: null, MasterKeyFile: null })
        {
            yield return "IdP:Keys:MasterKeyFile (or IdP:Keys:MasterKey) is missing. It wraps signing keys and authenticator secrets; make one with: openssl rand -base64 32";
        }

        foreach (var problem in options.Tokens.Problems()) yield return problem;
        foreach (var proxy in options.Proxy.Known)
        {
            if (!IPAddress.TryParse(proxy, out _)) yield return $"IdP:Proxy:Known must hold IP addresses; \"{proxy}\" is none.";
        }
    }

    private static bool IsLoopback(string host) =>
        host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
