namespace IdP.Tests.Protocol.Routes;

/// <summary>Routes to this server's own pages; a column of their tables is a page.</summary>
internal static class PageWalks
{
    public static Dictionary<string, Func<RouteBench, State, string, Task<string>>> All { get; } = new()
    {
        ["Own pages"] = (b, s, page) => GoAsync(b, s, page, (_, _) => Task.CompletedTask),
        ["Own pages, by somebody signed in"] = (b, s, page) => GoAsync(b, s, page, async (walk, guest) => walk.Carry(await b.SessionAsync(guest, s.Session!.Value))),
        ["Own pages, with the password alone"] = (b, s, page) => GoAsync(b, s, page, async (walk, guest) => walk.Carry(await b.PendingAsync(guest)), knowsPassword: false),
    };

    // Whoever opens the console is an owner, so that the step and not the role stands in the way.
    private static async Task<string> GoAsync(RouteBench bench, State state, string page, Func<Walk, Guest, Task> arrive, bool knowsPassword = true)
    {
        var guest = await bench.AddAsync(state, page == "/admin" ? ["owner"] : []);
        using var walk = new Walk(bench, guest, "unguarded") { KnowsPassword = knowsPassword };
        await arrive(walk, guest);
        await bench.ChangeAsync(guest, state);
        return await walk.GoAsync(await walk.OpenAsync(page.TrimStart('/')));
    }
}
