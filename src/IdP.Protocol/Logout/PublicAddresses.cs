using System.Net;
using System.Net.Sockets;

namespace IdP.Protocol.Logout;

/// <summary>Which addresses belong to the public internet. IANA special-purpose registries, RFC 6890.</summary>
internal static class PublicAddresses
{
    private static readonly IPNetwork[] SpecialV4 = Networks(
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4");

    // All that is public so far; private, link-local, loopback, multicast and translated addresses lie outside of it.
    private static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");

    // Tunnels and translations, whose real target is another address, and documentation.
    private static readonly IPNetwork[] SpecialV6 = Networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

    public static bool Contains(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? !SpecialV4.Any(n => n.Contains(address))
            : Global.Contains(address) && !SpecialV6.Any(n => n.Contains(address));
    }

    private static IPNetwork[] Networks(params string[] texts) => [.. texts.Select(IPNetwork.Parse)];
}
