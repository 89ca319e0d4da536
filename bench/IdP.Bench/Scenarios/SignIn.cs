using System.Net;
using IdP.Bench.Subjects;
using IdP.Testing;

namespace IdP.Bench.Scenarios;

/// <summary>
/// From the authorization request to the tokens as a browser and a client go: password page, verification page, code,
/// tokens. Compared with the password hash alone, which is nearly all of it.
/// </summary>
internal static class SignIn
{
    private const double MostOfHash = 1.1;
    private const int People = 60;
    private const int Hashes = 25;
    private const int WarmUps = 3;
    private const int MostRounds = 3;

    private static readonly string RequestPath = "connect/authorize?response_type=code&client_id=" + Client.Es256.Id
        + "&redirect_uri=" + Uri.EscapeDataString(Client.RedirectUri) + "&scope=openid%20profile%20email%20offline_access&state=s&nonce=n"
        + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

    public static async Task RunAsync(Arguments arguments, Programs programs)
    {
        var (server, _) = await programs.ServerAsync(People);
        await using var ours = server;
        await using var floor = await programs.FloorAsync(server.Sizes);
        var (spent, hashed, requests, steps) = (new List<double>(), new List<double>(), 0, new long[People]);
        var hash = await floor.PrepareAsync("signin", Hashes);
        for (var round = -WarmUps; round < Math.Min(arguments.Rounds, MostRounds); round++)
        {
            var before = server.Process.Cpu;
            for (var person = 0; person < People; person++)
            {
                // A step is taken once from each person; the next one to come is accepted, and so is one that has just passed.
                steps[person] = Math.Max(steps[person] + 1, TotpCode.Step);
                while (TotpCode.Step + 1 < steps[person]) await Task.Delay(500);
                requests = await CompleteAsync(server, Seed.Person + person, steps[person]);
            }

            var price = (server.Process.Cpu - before).TotalMilliseconds / People;

            before = floor.Process.Cpu;
            for (var i = 0; i < Hashes; i++) await hash(i);
            var alone = (floor.Process.Cpu - before).TotalMilliseconds / Hashes;
            if (round >= 0) (spent, hashed) = ([.. spent, price], [.. hashed, alone]);
        }

        var (all, one) = (spent.Order().ElementAt(spent.Count / 2), hashed.Order().ElementAt(hashed.Count / 2));
        Console.WriteLine($"| signin, all {requests} requests | {all:0.0} ({spent.Min():0.0}) | {one:0.0} ({hashed.Min():0.0}) the hash alone "
            + $"| {all / one:0.00}{(all / one > MostOfHash ? " **missed**" : "")} | ≤ {MostOfHash} | – | – | – |");
    }

    /// <summary>Signs a person in.</summary>
    /// <returns>How many requests that took.</returns>
    private static async Task<int> CompleteAsync(OidcSubject server, string name, long step)
    {
        using var agent = new UserAgent();
        var redirectUri = new Uri(Client.RedirectUri);
        var page = await agent.FollowAsync(await agent.GetAsync(new Uri(server.Address, RequestPath)), redirectUri);
        page = await agent.FollowAsync(await agent.SubmitAsync(page, new Dictionary<string, string> { ["username"] = name, ["password"] = Seed.Password }), redirectUri);
        page = await agent.FollowAsync(await agent.SubmitAsync(page, new Dictionary<string, string> { ["code"] = TotpCode.At(Seed.TotpSecret, step) }), redirectUri);
        if (!page.LeadsTo(redirectUri)) throw new InvalidOperationException($"{name} was not signed in: {page}");
        await server.RedeemAsync(Client.Es256, WebUtility.UrlDecode(page.Location!.QueryParameters["code"]));
        return agent.Exchanges.Count + 1;
    }
}
