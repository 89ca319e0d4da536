namespace IdP.Tests.Protocol.Routes;

/// <summary>Routes to this server's own pages; a column of their tables is a page.</summary>
internal static class PageWalks
{
    public static Dictionary<string, Func<RouteBench, State, string, Task<string>>> All { get; } = new()
    {
        ["Own pages"] = (b, s, page) => GoAsync(b, s, page, (_, _) => Task.CompletedTask),
        ["Own pages, by somebody signed in"] = (b, s, page) => GoAsync(b, s, page, async (walk, guest) => walk.Carry(await b.SessionAsync(guest, s.Session!.Value))),
        ["Own pages, with the password alone"] = PendingAsync,
        ["Pages of one's own proofs"] = (b, s, page) => GoAsync(b, s, page, (_, _) => Task.CompletedTask),
        ["Pages of one's own proofs, by somebody signed in"] = (b, s, page) => GoAsync(b, s, page, async (walk, guest) => walk.Carry(await b.SessionAsync(guest, s.Session!.Value))),
        ["Pages of one's own proofs, with the password alone"] = PendingAsync,
    };

    private static Task<string> PendingAsync(RouteBench bench, State state, string page) =>
        GoAsync(bench, state, page, async (walk, guest) => walk.Carry(await bench.PendingAsync(guest)), knowsPassword: false);

    // Whoever opens the console is an owner, so that the step and not the role stands in the way.
    private static async Task<string> GoAsync(RouteBench bench, State state, string page, Func<Walk, Guest, Task> arrive, bool knowsPassword = true)
    {
        var guest = await bench.AddAsync(state, page == "/admin" ? ["owner"] : []);
        using var walk = new Walk(bench, guest, "unguarded") { KnowsPassword = knowsPassword, Goal = page };
        await arrive(walk, guest);
        await bench.ChangeAsync(guest, state);
        return await walk.GoAsync(await walk.OpenAsync(page.TrimStart('/')));
    }
}
