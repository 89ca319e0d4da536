using IdP.Storage.Clients;
using IdP.Testing;

namespace IdP.Tests.Protocol.Routes;

/// <summary>Routes to a device's tokens.</summary>
internal static class DeviceWalks
{
    public static Dictionary<string, Route> All { get; } = new()
    {
        ["A device"] = (b, s, m) => RouteWalks.FreshAsync(b, s, m, OpenAsync),
        ["A device, by somebody signed in"] = (b, s, m) => RouteWalks.SignedInAsync(b, s, RouteWalks.App(m), OpenAsync),
        ["A device, changed before Connect"] = ChangedAsync,
        ["A device, connected before"] = ConnectedAsync,
    };

    private static async Task<Exchange> OpenAsync(Walk walk)
    {
        await walk.BeginDeviceAsync();
        return await walk.OpenAsync("device");
    }

    // Connect is pressed on a page that was shown before the person and the policy changed.
    private static Task<string> ChangedAsync(RouteBench bench, State state, VerificationMode mode) =>
        WhileAskingNobodyAsync(bench, state, mode, async (walk, page, change) =>
        {
            await change();
            return await walk.GoAsync((await walk.StepAsync(page))!);
        });

    // The device asks for its tokens after the person and the policy changed.
    private static Task<string> ConnectedAsync(RouteBench bench, State state, VerificationMode mode) =>
        WhileAskingNobodyAsync(bench, state, mode, async (walk, page, change) =>
        {
            var connected = await walk.StepAsync(page);
            if (!DeviceAtHand.IsConnectedBy(connected!)) throw new InvalidOperationException($"Not connected before: {connected}");
            await change();
            return walk.LevelOf(await walk.Device!.PollAsync());
        });

    private static async Task<string> WhileAskingNobodyAsync(
        RouteBench bench, State state, VerificationMode mode, Func<Walk, Exchange, Func<Task>, Task<string>> goOn)
    {
        var clientId = await bench.AddOwnClientAsync(VerificationMode.NotRequired);
        var guest = await bench.AddAsync(state);
        using var walk = new Walk(bench, guest, clientId);
        walk.Carry(await bench.SessionAsync(guest, state.Session!.Value));
        var page = (await walk.StepAsync(await OpenAsync(walk)))!;

        return await goOn(walk, page, async () =>
        {
            await bench.ChangeAsync(guest, state);
            await bench.SetModeAsync(clientId, mode);
        });
    }
}
