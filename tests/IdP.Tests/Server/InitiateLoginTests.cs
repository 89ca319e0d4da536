using System.Net;
using System.Text.RegularExpressions;
using IdP.Storage.Clients;
using IdP.Tests.Protocol;

namespace IdP.Tests.Server;

/// <summary>OIDC Core §4: the portal leads to the address at which an application lets others begin a sign-in.</summary>
internal sealed partial class InitiateLoginTests
{
    [TestCase("https://app.example/begin", "https://app.example/begin?iss=https%3A%2F%2Fidp.example")]
    [TestCase("https://app.example/begin?tenant=a%26b&x=%22%3E", "https://app.example/begin?tenant=a%26b&x=%22%3E&iss=https%3A%2F%2Fidp.example")]
    [TestCase(null, "https://start.example/")]
    public async Task The_tile_leads_there_with_the_issuer_and_nothing_else(string? initiateLoginUri, string expected)
    {
        await using var provider = await Provider.StartAsync();
        await provider.AddAsync(new Client
        {
            ClientId = "app", DisplayName = "app", RedirectUris = [Provider.RedirectUri], LaunchUri = "https://start.example/", InitiateLoginUri = initiateLoginUri,
        });
        await provider.SignInAsync();

        var page = await provider.Http.GetStringAsync(new Uri("/portal", UriKind.Relative));

        Assert.That(Tile().Matches(page).Select(m => WebUtility.HtmlDecode(m.Groups["address"].Value)), Is.EqualTo(new[] { expected }));
    }

    [GeneratedRegex("class=\"tile\" href=\"(?<address>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Tile();
}
