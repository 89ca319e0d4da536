using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdP.Server.Admin;
using IdP.Server.Admin.Groups;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;

namespace IdP.Tests.Protocol;

/// <summary>What a client is told of somebody who is in groups, over HTTP.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class GroupClaimsTests(TestDatabaseKind kind)
{
    private static readonly string[] Asked = ["department", "floor", "roles", "badge", "sub", "email", "client_id", "events"];

    private Provider provider = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        provider = await Provider.StartAsync(kind);
        await provider.AddAsync(new Client { ClientId = "app", DisplayName = "app", RedirectUris = [Provider.RedirectUri], Scopes = ["openid", "profile", "groups"] });
        await GroupAsync("sales", """{ "department": "Sales", "floor": 3, "roles": ["reader", "seller"] }""");
        await GroupAsync("managers", """{ "department": "Management", "roles": ["seller", "approver", { "level": 2 }], "badge": "red" }""");
        await provider.SignInAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await provider.DisposeAsync();

    [TestCase("{}", new[] { "sales", "unregistered", "managers" }, """{ "department": "Sales", "floor": 3, "roles": ["reader", "seller", "approver", { "level": 2 }], "badge": "red" }""")]
    [TestCase("{}", new[] { "managers", "sales" }, """{ "department": "Management", "floor": 3, "roles": ["seller", "approver", { "level": 2 }, "reader"], "badge": "red" }""")]
    [TestCase("""{ "department": "Board", "roles": [], "badge": null }""", new[] { "sales", "managers" }, """{ "department": "Board", "floor": 3, "roles": [] }""")]
    [TestCase("{}", new[] { "unregistered" }, "{}")]
    public async Task The_persons_own_come_first_then_the_groups_in_their_order_and_lists_are_joined(string own, string[] groups, string expected)
    {
        await PersonAsync(own, groups);

        var tokens = await TokensAsync();
        var userInfo = await provider.UserInfoAsync("Bearer", tokens["access_token"]!);

        Assert.That(userInfo.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(Same(Told(userInfo.Json), expected), Told(userInfo.Json).ToJsonString());
        var inIdToken = JsonElement.Parse(Base64(new JsonWebToken(tokens["id_token"]).EncodedPayload));
        Assert.That(Same(Told(inIdToken), expected), Told(inIdToken).ToJsonString());
        Assert.That(userInfo.Json.GetProperty("groups").EnumerateArray().Select(g => g.GetString()), Is.EqualTo(groups));
    }

    [Test]
    public async Task What_a_row_says_of_the_protocol_or_of_a_property_is_never_told()
    {
        // Behind the operations, which refuse it.
        await provider.Services.GetRequiredService<IdP.Storage.Changes.Catalog>().ChangeAsync(db => Task.FromResult(db.Groups.Add(
            new() { Name = "evil", Claims = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>("""{ "sub": "somebody", "acr": "mfa", "email": "x@example.com", "client_id": "other", "events": {} }""")! })));
        await PersonAsync("{}", ["evil"]);

        var tokens = await TokensAsync();
        var userInfo = await provider.UserInfoAsync("Bearer", tokens["access_token"]!);

        Assert.That((userInfo["sub"], userInfo["acr"], userInfo["email"], userInfo["client_id"]), Is.EqualTo((Provider.UserId, (string?)null, (string?)null, (string?)null)));
        var idToken = new JsonWebToken(tokens["id_token"]);
        Assert.That((idToken.GetPayloadValue<string>("acr"), idToken.Claims.Any(c => c.Type is "client_id" or "events")), Is.EqualTo(("pwd", false)));
    }

    [Test]
    public async Task Who_did_not_ask_is_told_nothing()
    {
        await PersonAsync("{}", ["sales"]);

        var tokens = await RedeemAsync(await provider.CodeAsync("app", ("scope", "openid profile")));

        Assert.That((await provider.UserInfoAsync("Bearer", tokens["access_token"]!))["department"], Is.Null);
    }

    private async Task GroupAsync(string name, string claims) => Assert.That(
        await provider.Services.GetRequiredService<AddGroup>().HandleAsync(
            new(name, new GroupPatch { Claims = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(claims) }, "a test"), Actor.CommandLine, CancellationToken.None),
        Is.EqualTo(AddGroup.Outcome.Added));

    private Task PersonAsync(string claims, string[] groups) => provider.Services.GetRequiredService<IdPDatabase>().WriteAsync(s => s.ExecuteAsync(
        "UPDATE users SET claims = @p0, groups = @p1 WHERE id = @p2", claims, JsonSerializer.Serialize(groups), Provider.UserId));

    private async Task<Answer> TokensAsync()
    {
        var names = new JsonObject(Asked.Select(name => KeyValuePair.Create<string, JsonNode?>(name, null))).ToJsonString();
        return await RedeemAsync(await provider.CodeAsync("app", ("scope", "openid profile groups"), ("claims", $$"""{ "userinfo": {{names}}, "id_token": {{names}} }""")));
    }

    private Task<Answer> RedeemAsync(string code) => provider.PostAsync("/connect/token",
        [new("grant_type", "authorization_code"), new("code", code), new("redirect_uri", Provider.RedirectUri), new("code_verifier", Provider.Verifier)], basic: "app:s3cret");

    private static JsonObject Told(JsonElement claims) => new(claims.EnumerateObject()
        .Where(c => c.Name is "department" or "floor" or "roles" or "badge").Select(c => KeyValuePair.Create(c.Name, JsonNode.Parse(c.Value.GetRawText()))));

    private static bool Same(JsonObject told, string expected) => JsonNode.DeepEquals(told, JsonNode.Parse(expected));

    private static byte[] Base64(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text);
}
