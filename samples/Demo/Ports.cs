using System.Net;
using System.Net.Sockets;

namespace Samples.Demo;

internal static class Ports
{
    /// <returns>The first of the ports that another program holds on loopback; null when all are free.</returns>
    public static int? FirstTaken(params int[] ports)
    {
        foreach (var port in ports)
            if (IsTaken(IPAddress.Loopback, port) || (Socket.OSSupportsIPv6 && IsTaken(IPAddress.IPv6Loopback, port)))
                return port;
        return null;
    }

    private static bool IsTaken(IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return false;
        }
        catch (SocketException e)
        {
            // An address family that is switched off is no obstacle: localhost then means the other one.
            return e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied;
        }
    }
}
