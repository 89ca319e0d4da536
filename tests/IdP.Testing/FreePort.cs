using System.Net;
using System.Net.Sockets;

namespace IdP.Testing;

public static class FreePort
{
    /// <summary>A port that nothing listened on a moment ago; whoever starts on it tries again when it was lost.</summary>
    public static int Find()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
