using IdP.Storage.Clients;
using IdP.Testing;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Protocol.Routes;

/// <summary>Walks a route as somebody, at an application of this mode, and says what was got in the words of the tables.</summary>
internal delegate Task<string> Route(RouteBench bench, State state, VerificationMode mode);

/// <summary>The routes of docs/policy-routes.md: how each is walked.</summary>
internal static class RouteWalks
{
    private static readonly Dictionary<string, Route> Here = new()
    {
        ["Authorization request"] = (b, s, m) => FreshAsync(b, s, m, w => w.AuthorizeAsync()),
        ["Pushed authorization request"] = (b, s, m) => FreshAsync(b, s, m, w => w.PushAsync()),
        ["Single sign-on"] = (b, s, m) => SignedInAsync(b, s, App(m), w => w.AuthorizeAsync()),
        ["Single sign-on by a pushed request"] = (b, s, m) => SignedInAsync(b, s, App(m), w => w.PushAsync()),
        ["prompt=none"] = (b, s, m) => SignedInAsync(b, s, App(m), w => w.AuthorizeAsync(("prompt", "none"))),
        ["The sign-in form sent twice"] = SignInTwiceAsync,
        ["The last form sent twice"] = LastFormTwiceAsync,
        ["Forms of another site"] = ForgedAsync,
        ["A pending sign-in's cookie after completion"] = PendingAgainAsync,
        ["Two tabs of one application"] = (b, s, m) => TwoTabsAsync(b, s, App(m), App(m)),
        ["Two tabs, the unguarded application first"] = (b, s, m) => TwoTabsAsync(b, s, "unguarded", App(m)),
        ["Two tabs, each asked anew"] = (b, s, m) => TwoTabsAsync(b, s, App(m), App(m), ("prompt", "login")),
        ["Two tabs of an application that asks each time"] = (b, s, m) => TwoTabsAsync(b, s, "each-" + m, "each-" + m),
        ["An older page's form"] = OlderFormAsync,
        ["The consent page opened directly"] = (b, s, m) => DirectAsync(b, s, "ask-" + m, "consent"),
        ["Consent given before it is due"] = (b, s, m) => SignedInAsync(b, s, "ask-" + m, async w => await w.PostAsync("consent", await w.ParkAsync(), ("decision", "allow"))),
        ["The consent page with the password alone"] = (b, s, m) => PendingAsync(b, s, "ask-" + m, async w => await w.OpenAsync("consent" + await w.ParkAsync()), knowsPassword: false),
        ["Consent given with the password alone"] = (b, s, m) => PendingAsync(b, s, "ask-" + m, async w => await w.PostAsync("consent", await w.ParkAsync(), ("decision", "allow")), knowsPassword: false),
        ["The page /verify opened directly"] = (b, s, m) => DirectAsync(b, s, App(m), "verify"),
        ["The page /verify/recovery opened directly"] = (b, s, m) => DirectAsync(b, s, App(m), "verify/recovery"),
        ["The page /enroll opened directly"] = (b, s, m) => DirectAsync(b, s, App(m), "enroll"),
        ["The page /enroll/app opened directly"] = (b, s, m) => DirectAsync(b, s, App(m), "enroll/app"),
        ["The page /enroll/app with the password alone"] = (b, s, m) => PendingAsync(b, s, App(m), async w => await w.OpenAsync("enroll/app" + await w.ParkAsync())),
        ["A skip that nobody offered"] = (b, s, m) => SignedInAsync(b, s, App(m), async w => await w.PostAsync("enroll", await w.ParkAsync(), ("action", "skip"))),
        ["A skip that nobody offered, with the password alone"] = (b, s, m) => PendingAsync(b, s, App(m), async w => await w.PostAsync("enroll", await w.ParkAsync(), ("action", "skip"))),
        ["A skip by a link"] = (b, s, m) => SignedInAsync(b, s, App(m), async w => await w.OpenAsync("enroll" + await w.ParkAsync() + "&action=skip&next=skip")),
        ["A new password is due"] = async (b, s, m) =>
        {
            using var walk = new Walk(b, await DueAsync(b, s), App(m));
            return await walk.GoAsync(await walk.AuthorizeAsync());
        },
        ["A new password before its turn"] = async (b, s, m) =>
        {
            using var walk = new Walk(b, await DueAsync(b, s), App(m));
            walk.Carry(await b.PendingAsync(walk.Guest));
            return await walk.GoAsync(await walk.PostAsync("password", await walk.ParkAsync(), ("password", RouteBench.Password), ("new_password", Walk.NewPassword)));
        },
        ["Something happens while the page is open"] = WhilePageIsOpenAsync,
        ["The policy changes while the page is open"] = PolicyWhilePageIsOpenAsync,
        ["Two people: the other one is signed in"] = AfterSomebodyElseAsync,
        ["Two people: the other one's password is pending"] = BesidePendingAsync,
        ["Two people: the other one's session beside a pending sign-in"] = PendingBesideSessionAsync,
        ["Two people: the other one has allowed it"] = AllowedByAnotherAsync,
    };

    private static readonly Dictionary<string, Route> All = new(Here.Concat(TokenWalks.All).Concat(DeviceWalks.All));

    public static IEnumerable<string> Names => All.Keys.Concat(PageWalks.All.Keys);

    /// <summary>Walks the route of a cell.</summary>
    /// <returns>What was got, in the words of the tables.</returns>
    public static Task<string> GoAsync(RouteBench bench, Cell cell) =>
        PageWalks.All.TryGetValue(cell.Route, out var walk)
            ? walk(bench, State.Of(cell.State), cell.Column)
            : All[cell.Route](bench, State.Of(cell.State), Enum.Parse<VerificationMode>(cell.Column, ignoreCase: true));

    public static string App(VerificationMode mode) => "app-" + mode;

    public static async Task<Guest> SomebodyAsync(RouteBench bench, State state)
    {
        var guest = await bench.AddAsync(state);
        await bench.ChangeAsync(guest, state);
        return guest;
    }

    private static async Task<Guest> DueAsync(RouteBench bench, State state)
    {
        var guest = await SomebodyAsync(bench, state);
        await bench.ChangeAsync(guest, state with { Happens = async (db, id, _) => (await db.Users.SingleAsync(u => u.Id == id)).MustChangePassword = true });
        return guest;
    }

    public static async Task<string> FreshAsync(RouteBench bench, State state, VerificationMode mode, Func<Walk, Task<Exchange>> begin)
    {
        using var walk = new Walk(bench, await SomebodyAsync(bench, state), App(mode));
        return await walk.GoAsync(await begin(walk));
    }

    public static async Task<string> SignedInAsync(RouteBench bench, State state, string clientId, Func<Walk, Task<Exchange>> begin)
    {
        var guest = await bench.AddAsync(state);
        using var walk = new Walk(bench, guest, clientId);
        if (state.Session is { } proven) walk.Carry(await bench.SessionAsync(guest, proven));
        await bench.ChangeAsync(guest, state);
        return await walk.GoAsync(await begin(walk));
    }

    private static async Task<string> PendingAsync(
        RouteBench bench, State state, string clientId, Func<Walk, Task<Exchange>> begin, bool knowsPassword = true)
    {
        var guest = await SomebodyAsync(bench, state);
        using var walk = new Walk(bench, guest, clientId) { KnowsPassword = knowsPassword };
        walk.Carry(await bench.PendingAsync(guest));
        return await walk.GoAsync(await begin(walk));
    }

    private static Task<string> DirectAsync(RouteBench bench, State state, string clientId, string page) =>
        SignedInAsync(bench, state, clientId, async walk => await walk.OpenAsync(page + await walk.ParkAsync()));

    private static async Task<string> SignInTwiceAsync(RouteBench bench, State state, VerificationMode mode)
    {
        using var walk = new Walk(bench, await SomebodyAsync(bench, state), App(mode));
        await walk.StepAsync(await walk.AuthorizeAsync());
        return await walk.GoAsync(await walk.SendAgain());
    }

    private static async Task<string> LastFormTwiceAsync(RouteBench bench, State state, VerificationMode mode)
    {
        using var walk = new Walk(bench, await SomebodyAsync(bench, state), App(mode));
        Exchange? page = await walk.AuthorizeAsync();
        while (page is not null && !walk.HasCode(page)) page = await walk.StepAsync(page);
        return await walk.GoAsync(await walk.SendAgain());
    }

    private static async Task<string> ForgedAsync(RouteBench bench, State state, VerificationMode mode)
    {
        using var walk = new Walk(bench, await SomebodyAsync(bench, state), App(mode)) { IsForged = true };
        return await walk.GoAsync(await walk.AuthorizeAsync());
    }

    // A copy of the cookie, in a browser that has nothing else.
    private static async Task<string> PendingAgainAsync(RouteBench bench, State state, VerificationMode mode)
    {
        using var walk = new Walk(bench, await SomebodyAsync(bench, state), App(mode));
        await walk.GoAsync(await walk.AuthorizeAsync());
        var set = walk.Browser.Exchanges.SelectMany(e => e.Headers).Where(h => h.Key == "Set-Cookie")
            .Select(h => h.Value.Split(';')[0].Split('=')).FirstOrDefault(c => c is ["__Host-idp_pending", { Length: > 0 }]);

        using var copy = new Walk(bench, walk.Guest, App(mode)) { KnowsPassword = false };
        if (set is not null) copy.Carry(RouteBench.CookieOf(set[0], set[1]));
        return await copy.GoAsync(await copy.OpenAsync("verify" + await copy.ParkAsync()));
    }

    // Both are opened; the first is led to its end; the second is loaded again.
    private static async Task<string> TwoTabsAsync(
        RouteBench bench, State state, string firstApp, string secondApp, params (string Name, string Value)[] parameters)
    {
        var guest = await SomebodyAsync(bench, state);
        using var first = new Walk(bench, guest, firstApp);
        using var second = new Walk(bench, guest, secondApp);
        var opened = await second.AuthorizeAsync(parameters);
        Share(second, first);
        await first.GoAsync(await first.AuthorizeAsync(parameters));
        Share(first, second);
        return await second.GoAsync(await second.OpenAsync(opened.Uri.PathAndQuery));
    }

    // Two tabs at the same page; the person enrols or verifies in one of them and then sends the form of the other.
    private static async Task<string> OlderFormAsync(RouteBench bench, State state, VerificationMode mode)
    {
        var guest = await SomebodyAsync(bench, state);
        using var first = new Walk(bench, guest, App(mode)) { Enrols = true };
        using var second = new Walk(bench, guest, App(mode));
        var older = await second.AuthorizeAsync();
        Share(second, first);
        var page = (await first.StepAsync(await first.AuthorizeAsync()))!;
        Share(first, second);
        if (page.Uri.AbsolutePath is "/verify" or "/enroll") older = await second.OpenAsync(page.Uri.AbsolutePath.TrimStart('/') + older.Uri.Query);
        Share(second, first);
        await first.GoAsync(page);
        Share(first, second);

        return await second.GoAsync(older.Uri.AbsolutePath switch
        {
            "/verify" => await second.App.SubmitAsync(older, new Dictionary<string, string> { ["code"] = guest.LastCode }),
            "/enroll" => await second.App.SubmitAsync(older, button: older.Page.QuerySelector("[name=action]") is null ? "[name=next]" : "[name=action]"),
            _ => (await second.StepAsync(older))!,
        });
    }

    private static async Task<string> WhilePageIsOpenAsync(RouteBench bench, State state, VerificationMode mode)
    {
        var guest = await bench.AddAsync(state);
        using var walk = new Walk(bench, guest, App(mode));
        var page = (await walk.StepAsync(await walk.AuthorizeAsync()))!;
        await bench.ChangeAsync(guest, state);
        return await walk.GoAsync((await walk.StepAsync(page))!);
    }

    private static async Task<string> PolicyWhilePageIsOpenAsync(RouteBench bench, State state, VerificationMode mode)
    {
        var clientId = await bench.AddOwnClientAsync(VerificationMode.Required);
        using var walk = new Walk(bench, await bench.AddAsync(state), clientId);
        var page = (await walk.StepAsync(await walk.AuthorizeAsync()))!;
        await bench.SetModeAsync(clientId, mode);
        return await walk.GoAsync((await walk.StepAsync(page))!);
    }

    // Somebody verified is signed in; the person of the row signs in after them.
    private static async Task<string> AfterSomebodyElseAsync(RouteBench bench, State state, VerificationMode mode)
    {
        var other = await bench.AddAsync(State.Of("enrolled, verified"));
        using var walk = new Walk(bench, await SomebodyAsync(bench, state), App(mode));
        walk.Carry(await bench.SessionAsync(other, Proven.Code));
        return await walk.GoAsync(await walk.AuthorizeAsync(("prompt", "login")));
    }

    private static async Task<string> BesidePendingAsync(RouteBench bench, State state, VerificationMode mode)
    {
        var pending = await bench.PendingAsync(await bench.AddAsync(State.Of("not required")));
        return await SignedInAsync(bench, state, App(mode), async walk =>
        {
            walk.Carry(pending);
            return await walk.AuthorizeAsync(("prompt", "none"));
        });
    }

    private static async Task<string> PendingBesideSessionAsync(RouteBench bench, State state, VerificationMode mode)
    {
        var other = await bench.SessionAsync(await bench.AddAsync(State.Of("enrolled, verified")), Proven.Code);
        return await PendingAsync(bench, state, App(mode), async walk =>
        {
            walk.Carry(other);
            return await walk.OpenAsync("verify" + await walk.ParkAsync());
        });
    }

    private static async Task<string> AllowedByAnotherAsync(RouteBench bench, State state, VerificationMode mode)
    {
        var other = await bench.AddAsync(State.Of("enrolled, verified"));
        using var before = new Walk(bench, other, "ask-" + mode);
        before.Carry(await bench.SessionAsync(other, Proven.Code));
        return await SignedInAsync(bench, state, "ask-" + mode, async walk =>
        {
            var query = await walk.ParkAsync();
            await before.PostAndStayAsync("consent", query, ("decision", "allow"));
            return await walk.OpenAsync("connect/authorize" + query);
        });
    }

    // Two tabs of one browser have the same cookies.
    private static void Share(Walk from, Walk to) => to.Carry(from.Browser.Cookies.GetAllCookies());
}
