namespace IdP.Server.Cli.Remote;

/// <summary>On which server a verb runs: <c>--server</c>, else the environment variable IDP_SERVER, else none, which is this host.</summary>
internal static class RemoteAddress
{
    public const string Variable = "IDP_SERVER";

    private const string Option = "--server";

    /// <summary>Takes the option out of what was typed, wherever it stands.</summary>
    /// <param name="typed">All that was typed.</param>
    /// <param name="rest">What is left: what the server is sent.</param>
    /// <returns>The address; empty: this host; null: the option was not given.</returns>
    public static string? Take(string[] typed, out string[] rest)
    {
        string? server = null;
        List<string> left = [];
        for (var i = 0; i < typed.Length; i++)
        {
            if (typed[i] == "--")
            {
                left.AddRange(typed[i..]);
                break;
            }

            // Without a value it stays, and is refused: nobody who forgot it meant this host.
            if (typed[i] == Option && i + 1 < typed.Length) server = typed[++i];
            else if (typed[i].StartsWith(Option + "=", StringComparison.Ordinal) || typed[i].StartsWith(Option + ":", StringComparison.Ordinal)) server = typed[i][(Option.Length + 1)..];
            else left.Add(typed[i]);
        }

        rest = [.. left];
        return server;
    }

    /// <summary>Where commands are sent to.</summary>
    /// <param name="problem">Why it is no address that a token may be sent to; null: it is one.</param>
    public static Uri? Read(string server, out string? problem)
    {
        problem = null;
        if (!Uri.TryCreate(server, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http") || uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
            problem = $"{server} is no address of a server. It looks like https://id.example.com.";
        // Whoever is between would read the token.
        else if (uri.Scheme == "http" && !uri.IsLoopback)
            problem = $"{server} is not encrypted, so no token is sent to it. Use https.";
        return problem is null ? new Uri(uri!.GetLeftPart(UriPartial.Path).TrimEnd('/') + Admin.Api.ApiRoutes.Root + "/commands") : null;
    }
}
