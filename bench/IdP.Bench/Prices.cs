using IdP.Bench.Subjects;

namespace IdP.Bench;

/// <summary>The table of operations: our server, the floor and the peer in turns.</summary>
internal static class Prices
{
    private const string Head = "| operation | server CPU ms (least) | floor | ratio | target | peer | peer / server | target |";

    public static async Task RunAsync(Arguments arguments, Programs programs, IReadOnlyList<Operation> operations)
    {
        if (operations.Count == 0) return;
        Console.WriteLine($"\n{Head}\n| --- | --- | --- | --- | --- | --- | --- | --- |");
        var measurement = new Measurement(arguments);
        foreach (var operation in operations)
        {
            var (server, _) = await programs.ServerAsync(settings: operation.Settings);
            await using var ours = server;
            // Once, so that the size of the answer is known.
            await measurement.BatchAsync(server, operation.Name, 1);
            await using var floor = await programs.FloorAsync(server.Sizes);
            await using var peer = arguments.Peer && operation.LeastOfPeer is not null ? await programs.PeerAsync(operation.Writes) : null;
            Subject[] subjects = peer is null ? [server, floor] : [server, floor, peer];
            Print(operation, await measurement.RunAsync(operation.Name, subjects));
        }
    }

    private static void Print(Operation operation, List<Price> prices)
    {
        var (server, floor, peer) = (prices[0], prices[1], prices.ElementAtOrDefault(2));
        var ratio = server.Median / floor.Median;
        var times = peer?.Median / server.Median;
        Console.WriteLine($"| {operation.Name} | {server.Median:0.000} ({server.Least:0.000}) | {floor.Median:0.000} ({floor.Least:0.000}) "
            + $"| {ratio:0.00}{Missed(ratio > operation.MostOfFloor)} | ≤ {operation.MostOfFloor} "
            + (peer is null ? "| – | – " : $"| {peer.Median:0.000} ({peer.Least:0.000}) | {times:0.00}{Missed(times < operation.LeastOfPeer)} ")
            + (operation.LeastOfPeer is { } least ? $"| ≥ {least} |" : "| – |"));
    }

    private static string Missed(bool missed) => missed ? " **missed**" : "";
}
