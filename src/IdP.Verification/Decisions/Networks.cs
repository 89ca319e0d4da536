using System.Net;

namespace IdP.Verification.Decisions;

/// <summary>Networks of rules: <c>10.0.0.0/8 2001:db8::/32</c>.</summary>
public static class Networks
{
    /// <summary>Whether an address is in one of the networks.</summary>
    /// <param name="networks">Separated by spaces.</param>
    /// <param name="address">As the sign-in knows it.</param>
    /// <returns>Null when it cannot be said: the address is not known, or a network is none.</returns>
    public static bool? Contain(string networks, string? address)
    {
        if (!IPAddress.TryParse(address, out var known)) return null;
        // A socket for both families writes IPv4 so.
        if (known.IsIPv4MappedToIPv6) known = known.MapToIPv4();
        bool? found = false;
        foreach (var range in networks.AsSpan().Split(' '))
        {
            if (!IPNetwork.TryParse(networks.AsSpan()[range], out var network)) found = null;
            else if (network.Contains(known)) return true;
        }

        return found;
    }

    /// <summary>A network as it is stored, with zeros after its prefix; a single address is a network of its own.</summary>
    /// <returns>Null when it is none, IPv4 or IPv6.</returns>
    public static string? Canonical(string network)
    {
        if (IPNetwork.TryParse(network, out var parsed)) return parsed.ToString();
        // "10" would be read as an address, and nobody means it.
        return network.AsSpan().ContainsAny('.', ':') && !network.Contains('/') && IPAddress.TryParse(network, out var address) && address.ScopeIdOrZero == 0
            ? new IPNetwork(address, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128).ToString()
            : null;
    }

    extension(IPAddress address)
    {
        private long ScopeIdOrZero => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? address.ScopeId : 0;
    }
}
