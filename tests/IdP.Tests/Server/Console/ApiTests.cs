using System.Net;
using IdP.Testing;

namespace IdP.Tests.Server.Console;

/// <summary>What holds for every route of the API: tokens, problems, ETags.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class ApiTests(TestDatabaseKind kind) : ConsoleFixture(kind)
{
    protected override IEnumerable<object> Others => [WithRole(Enrolled("erin"), "auditor"), WithRole(Enrolled("luke"), "auditor"), Person("pat")];

    [TestCase(null)]
    [TestCase("")]
    [TestCase("nonsense")]
    [TestCase("idp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Without_a_token_that_works_nothing_answers(string? token)
    {
        var answer = await ApiWithAsync(token, HttpMethod.Get, "/groups");

        AssertProblem(answer, HttpStatusCode.Unauthorized, "unauthorized");
        Assert.That(answer.Header("WWW-Authenticate"), Does.StartWith("Bearer"));
        Assert.That(answer.Header("Cache-Control"), Is.EqualTo("no-store"));
    }

    [Test]
    public async Task A_token_may_what_its_scopes_and_the_role_both_give()
    {
        var reader = await TokenAsync(Owner, "groups:read");
        var lesser = await TokenAsync(HelpDesk, "groups:read", "groups:write");

        Assert.That((await ApiWithAsync(reader, HttpMethod.Get, "/groups")).Status, Is.EqualTo(HttpStatusCode.OK));
        AssertProblem(await ApiWithAsync(reader, HttpMethod.Post, "/groups", new { name = "a" }), HttpStatusCode.Forbidden, "forbidden");
        AssertProblem(await ApiWithAsync(lesser, HttpMethod.Post, "/groups", new { name = "a" }), HttpStatusCode.Forbidden, "forbidden");
    }

    [Test]
    public async Task A_revoked_token_and_one_whose_owner_was_locked_out_work_no_more()
    {
        var made = await ApiAsync(Owner, HttpMethod.Post, "/tokens", new { name = "ci", scopes = new[] { "groups:read" }, days = 1 });
        Assert.That(made.Status, Is.EqualTo(HttpStatusCode.Created), $"{made}");
        var token = made.JsonString("token")!;
        Assert.That((await ApiWithAsync(token, HttpMethod.Get, "/groups")).Status, Is.EqualTo(HttpStatusCode.OK));

        Assert.That((await ApiAsync(Owner, HttpMethod.Delete, "/tokens/" + made.JsonString("id"))).Json.GetProperty("alsoRevoked").GetInt32(), Is.Zero);
        AssertProblem(await ApiWithAsync(token, HttpMethod.Get, "/groups"), HttpStatusCode.Unauthorized, "unauthorized");

        var auditor = await TokenAsync(Auditor, "groups:read");
        await CommandAsync("users", "disable", Auditor);
        AssertProblem(await ApiWithAsync(auditor, HttpMethod.Get, "/groups"), HttpStatusCode.Unauthorized, "unauthorized");
    }

    [TestCase("UPDATE api_tokens SET expires_at = @p0 WHERE user_id = (SELECT id FROM users WHERE user_name = 'erin')", Description = "too old")]
    [TestCase("UPDATE users SET must_change_password = TRUE, password_changed_at = @p0 WHERE user_name = 'erin'", Description = "its owner must change the password")]
    [TestCase("UPDATE users SET disabled_at = @p0 WHERE user_name = 'erin'", Description = "its owner is turned off")]
    public async Task A_token_works_until_its_end_and_while_its_owner_may_sign_in(string happens)
    {
        var token = await TokenAsync("erin", "groups:read");
        Assert.That((await ApiWithAsync(token, HttpMethod.Get, "/groups")).Status, Is.EqualTo(HttpStatusCode.OK));

        await ExecuteAsync(happens, DateTimeOffset.UtcNow);
        var answer = await ApiWithAsync(token, HttpMethod.Get, "/groups");
        await ExecuteAsync("UPDATE users SET must_change_password = FALSE, disabled_at = NULL WHERE user_name = 'erin'");

        AssertProblem(answer, HttpStatusCode.Unauthorized, "unauthorized");
    }

    [TestCase("end-sessions", null)]
    [TestCase("password", "quiet-harbour-lantern-35")]
    public async Task A_token_ends_with_what_its_owner_was_signed_in_by(string act, string? password)
    {
        var token = await TokenAsync("erin", "groups:read");
        Assert.That((await ApiWithAsync(token, HttpMethod.Get, "/groups")).Status, Is.EqualTo(HttpStatusCode.OK));

        Assert.That((await ApiAsync(Owner, HttpMethod.Post, "/users/erin/" + act, password is null ? null : new { password })).Status, Is.EqualTo(HttpStatusCode.OK));

        AssertProblem(await ApiWithAsync(token, HttpMethod.Get, "/groups"), HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Test]
    public async Task The_token_of_somebody_who_is_locked_works_no_more()
    {
        var token = await TokenAsync("luke", "groups:read");
        Assert.That((await ApiWithAsync(token, HttpMethod.Get, "/groups")).Status, Is.EqualTo(HttpStatusCode.OK));

        await ExecuteAsync("INSERT INTO attempt_counts (kind, owner, failures, last_at, locked_at) SELECT 'verification', id, 5, @p0, @p0 FROM users WHERE user_name = 'luke'", DateTimeOffset.UtcNow);

        AssertProblem(await ApiWithAsync(token, HttpMethod.Get, "/groups"), HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Test]
    public async Task A_lesser_admins_token_makes_none_that_is_greater_or_another_admins()
    {
        AssertProblem(await ApiAsync(HelpDesk, HttpMethod.Post, "/tokens", new { name = "x", scopes = new[] { "people:write" } }), HttpStatusCode.Forbidden, "forbidden");
        AssertProblem(await ApiAsync(HelpDesk, HttpMethod.Post, "/tokens", new { name = "x", scopes = new[] { "people:read" }, username = Owner }), HttpStatusCode.Forbidden, "forbidden");
        Assert.That((await ApiAsync(HelpDesk, HttpMethod.Get, "/tokens")).Body, Does.Not.Contain(Owner));
        AssertProblem(await ApiAsync(Owner, HttpMethod.Post, "/tokens", new { name = "x", scopes = new[] { "people:read" }, username = "pat" }), HttpStatusCode.Conflict, "noRole");
        // Nor does it tell who there is: a client admin sees nobody.
        var (somebody, nobody) = (await OfAsync(Owner), await OfAsync("nobody-of-this-name"));
        Assert.That(nobody.Body, Is.EqualTo(somebody.Body));
        AssertProblem(nobody, HttpStatusCode.Forbidden, "forbidden");
        Assert.That((await OfAsync(ClientAdmin.ToUpperInvariant())).Status, Is.EqualTo(HttpStatusCode.Created), "One's own name is known.");

        Task<Exchange> OfAsync(string name) => ApiAsync(ClientAdmin, HttpMethod.Post, "/tokens", new { name = "x", scopes = new[] { "clients:read" }, username = name });
    }

    [Test]
    public async Task A_token_makes_none_that_lasts_longer()
    {
        var made = await ApiAsync(Owner, HttpMethod.Post, "/tokens", new { name = "short", scopes = new[] { "groups:read" }, days = 2 });

        var child = await ApiWithAsync(made.JsonString("token"), HttpMethod.Post, "/tokens", new { name = "long", scopes = new[] { "groups:read" }, days = 365 });

        Assert.That(child.Status, Is.EqualTo(HttpStatusCode.Created), $"{child}");
        Assert.That(EndOf(child), Is.EqualTo(EndOf(made)).Within(TimeSpan.FromMilliseconds(1)));

        static DateTimeOffset EndOf(Exchange answer) => answer.Json.GetProperty("expiresAt").GetDateTimeOffset();
    }

    [Test]
    public async Task A_token_is_revoked_with_all_that_was_made_with_it()
    {
        var (parent, sibling) = (await MakeAsync(null, "parent"), await MakeAsync(null, "sibling"));
        var child = await MakeAsync(parent.Token, "child");
        var others = await MakeAsync(child.Token, "of another", HelpDesk);
        var grandchild = await MakeAsync(child.Token, "grandchild");
        var ofSibling = await MakeAsync(sibling.Token, "of the sibling");
        Assert.That((await CountAsync(parent.Id), await CountAsync(child.Id), await CountAsync(grandchild.Id)), Is.EqualTo((3, 2, 0)));

        var revoked = await ApiAsync(Owner, HttpMethod.Delete, $"/tokens/{parent.Id}?reason=found+in+a+log");

        Assert.That(revoked.Json.GetProperty("alsoRevoked").GetInt32(), Is.EqualTo(3));
        foreach (var token in new[] { parent, child, others, grandchild }) AssertProblem(await ApiWithAsync(token.Token, HttpMethod.Get, "/groups"), HttpStatusCode.Unauthorized, "unauthorized");
        foreach (var token in new[] { sibling, ofSibling }) Assert.That((await ApiWithAsync(token.Token, HttpMethod.Get, "/groups")).Status, Is.EqualTo(HttpStatusCode.OK));
        var rows = (await ApiAsync(Owner, HttpMethod.Get, "/audit?event=api_token.revoked&limit=4")).Json.GetProperty("items").EnumerateArray().Select(r => r.GetProperty("reason").GetString()!).ToList();
        Assert.That(rows.Where(r => r.EndsWith(". Reason: found in a log", StringComparison.Ordinal)), Has.Exactly(4).Items);
        Assert.That(rows, Has.Exactly(1).StartsWith($"parent ({parent.Id}) was revoked. "));
        foreach (var token in new[] { child, others, grandchild }) Assert.That(rows, Has.Exactly(1).Contains($"({token.Id}) was revoked, as was parent ({parent.Id}), with which it was made"));

        async Task<int> CountAsync(string id) => (await ApiAsync(Owner, HttpMethod.Get, "/tokens?limit=200")).Json.GetProperty("items").EnumerateArray().Single(t => t.GetProperty("id").GetString() == id).GetProperty("madeWithIt").GetInt32();
    }

    [Test]
    public async Task A_token_that_is_revoked_while_it_makes_others_leaves_none()
    {
        var parent = await MakeAsync(null, "busy");
        var making = Enumerable.Range(0, 20).Select(i => ApiWithAsync(parent.Token, HttpMethod.Post, "/tokens", new { name = "busy " + i, scopes = new[] { "groups:read" } })).ToList();
        await making[0];
        var revoked = await ApiAsync(Owner, HttpMethod.Delete, "/tokens/" + parent.Id);

        var made = (await Task.WhenAll(making)).Where(m => m.Status == HttpStatusCode.Created).ToList();

        Assert.That(revoked.Json.GetProperty("alsoRevoked").GetInt32(), Is.EqualTo(made.Count));
        foreach (var token in made) AssertProblem(await ApiWithAsync(token.JsonString("token"), HttpMethod.Get, "/groups"), HttpStatusCode.Unauthorized, "unauthorized");
    }

    [TestCase("disable")]
    [TestCase("end-sessions")]
    [TestCase("reset")]
    [TestCase("roles")]
    [TestCase("remove")]
    public async Task What_was_made_with_a_token_ends_with_its_admin(string act)
    {
        var admin = "admin-" + act;
        await ApiAsync(Owner, HttpMethod.Post, "/apply", new { users = new[] { new { username = admin, roles = new[] { "owner" }, totpSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" } } });
        var child = await MakeAsync((await MakeAsync(null, "parent", admin)).Token, "child");
        Assert.That((await ApiWithAsync(child.Token, HttpMethod.Get, "/groups")).Status, Is.EqualTo(HttpStatusCode.OK));

        var done = act switch
        {
            "roles" => await ApiAsync(Owner, HttpMethod.Patch, "/users/" + admin, new { roles = Array.Empty<string>() }),
            "remove" => await ApiAsync(Owner, HttpMethod.Delete, "/users/" + admin),
            _ => await ApiAsync(Owner, HttpMethod.Post, $"/users/{admin}/{act}"),
        };

        Assert.That((int)done.Status, Is.InRange(200, 204), $"{done}");
        // Whoever has no role any more is known, and may nothing.
        var (status, code) = act == "roles" ? (HttpStatusCode.Forbidden, "forbidden") : (HttpStatusCode.Unauthorized, "unauthorized");
        AssertProblem(await ApiWithAsync(child.Token, HttpMethod.Get, "/groups"), status, code);
        // Listed is what works, and what would again when the role comes back.
        Assert.That((await ApiAsync(Owner, HttpMethod.Get, "/tokens")).Body.Contains(child.Id, StringComparison.Ordinal), Is.EqualTo(act == "roles"));
    }

    [Test]
    public async Task A_removed_admins_token_leaves_none_that_it_made_for_others()
    {
        await ApiAsync(Owner, HttpMethod.Post, "/apply", new { users = new[] { new { username = "leaver", roles = new[] { "owner" }, totpSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" } } });
        var others = await MakeAsync((await MakeAsync(null, "leaving", "leaver")).Token, "left behind", HelpDesk);

        await ApiAsync(Owner, HttpMethod.Delete, "/users/leaver");

        AssertProblem(await ApiWithAsync(others.Token, HttpMethod.Get, "/groups"), HttpStatusCode.Unauthorized, "unauthorized");
        Assert.That((await ApiAsync(Owner, HttpMethod.Get, "/audit?event=api_token.revoked&person=" + HelpDesk)).Body, Does.Contain($"left behind ({others.Id}) was revoked"));
    }

    [Test]
    public async Task A_reason_that_is_too_long_is_refused_everywhere()
    {
        var (token, most) = (await MakeAsync(null, "to stay"), new string('x', 500));
        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Post, "/users/luke/disable", new { reason = most + "x" }), (HttpMethod.Post, "/users/luke/enable", new { reason = most + "x" }),
            (HttpMethod.Post, "/users/luke/end-sessions", new { reason = most + "x" }), (HttpMethod.Delete, $"/users/luke?reason={most}x", null),
            (HttpMethod.Delete, $"/tokens/{token.Id}?reason={most}x", null), (HttpMethod.Post, $"/apply?reason={most}x", new { groups = new[] { new { name = "none" } } }),
        })
        {
            var refused = await ApiAsync(Owner, method, path, body);
            AssertProblem(refused, HttpStatusCode.BadRequest, "invalid");
            Assert.That(refused.Json.GetProperty("errors").GetProperty("reason")[0].GetString(), Is.EqualTo("A reason has at most 500 characters."), path);
        }

        foreach (var typed in new[] { "users disable luke", "users enable luke", "users end-sessions luke", "users remove luke", "tokens revoke " + token.Id })
        {
            var said = await Server.CommandAsync([.. typed.Split(' '), "--reason", most + "x"]);
            Assert.That((said.ExitCode, said.Error), Is.EqualTo((1, "A reason has at most 500 characters.\n")), typed);
        }

        var console = await ConsoleAsync(Owner);
        foreach (var page in new[] { $"admin/people/{await IdOfAsync("luke")}/disable", $"admin/people/{await IdOfAsync("luke")}/remove", "admin/tokens/revoke?id=" + token.Id })
        {
            var said = await console.SubmitAsync(await console.OpenAsync(page), null, ("reason", most + "x"));
            Assert.That((said.Status, said.Page.QuerySelector(".err")?.TextContent), Is.EqualTo((HttpStatusCode.BadRequest, "A reason has at most 500 characters.")), page);
        }

        // What does not fit with what was done is seen to be cut.
        await ApiAsync(Owner, HttpMethod.Post, "/users/luke/end-sessions", new { reason = most });
        Assert.That((await ApiAsync(Owner, HttpMethod.Get, "/audit?person=luke&limit=1")).Json.GetProperty("items")[0].GetProperty("reason").GetString(), Has.Length.EqualTo(512).And.EndsWith("xx…"));

        async Task<string> IdOfAsync(string name) => (await ApiAsync(Owner, HttpMethod.Get, "/users/" + name)).JsonString("id")!;
    }

    private async Task<(string Id, string Token)> MakeAsync(string? maker, string name, string? username = null)
    {
        var body = new Dictionary<string, object> { ["name"] = name, ["scopes"] = new[] { "groups:read", "tokens:write" } };
        if (username is not null) body["username"] = username;
        var made = maker is null ? await ApiAsync(Owner, HttpMethod.Post, "/tokens", body) : await ApiWithAsync(maker, HttpMethod.Post, "/tokens", body);
        Assert.That(made.Status, Is.EqualTo(HttpStatusCode.Created), $"{made}");
        return (made.JsonString("id")!, made.JsonString("token")!);
    }

    [Test]
    public async Task Conditions_in_several_lines_are_looked_at()
    {
        await ApiAsync(Owner, HttpMethod.Post, "/groups", new { name = "lines" });
        using var request = new HttpRequestMessage(HttpMethod.Patch, new Uri(Server.Issuer, "api/v1/groups/lines"));
        request.Headers.Authorization = new("Bearer", await TokenAsync(Owner));
        request.Content = new StringContent("""{"description":"overwritten"}""", System.Text.Encoding.UTF8, "application/json");
        request.Headers.TryAddWithoutValidation("If-Match", ["\"one\"", "\"two\""]);
        using var agent = new UserAgent();

        // A client of .NET writes them in one line, others do not; both are the same. RFC 9110 section 5.3.
        AssertProblem(await agent.SendAsync(request), HttpStatusCode.PreconditionFailed, "changedMeanwhile");
        Assert.That(await RawAsync("If-Match: \"one\"\r\nIf-Match: \"two\"\r\n"), Does.StartWith("HTTP/1.1 412"));

        async Task<string> RawAsync(string headers)
        {
            using var connection = new System.Net.Sockets.TcpClient();
            await connection.ConnectAsync(Server.Issuer.Host, Server.Issuer.Port);
            const string Body = """{"description":"overwritten"}""";
            await connection.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(
                $"PATCH /api/v1/groups/lines HTTP/1.1\r\nHost: {Server.Issuer.Authority}\r\nAuthorization: Bearer {await TokenAsync(Owner)}\r\n{headers}Content-Type: application/json\r\nContent-Length: {Body.Length}\r\nConnection: close\r\n\r\n{Body}"));
            using var answer = new StreamReader(connection.GetStream());
            return await answer.ReadToEndAsync();
        }
    }

    [Test]
    public async Task A_group_is_registered_changed_and_removed_and_nobody_overwrites_unseen()
    {
        var added = await ApiAsync(Owner, HttpMethod.Post, "/groups", new { name = "finance", description = "Money", claims = new { department = "finance" } });
        Assert.That(added.Status, Is.EqualTo(HttpStatusCode.Created), $"{added}");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Post, "/groups", new { name = "finance" }), HttpStatusCode.Conflict, "nameTaken");

        var seen = (await ApiAsync(Owner, HttpMethod.Get, "/groups/finance")).Header("ETag");
        var races = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => ApiAsync(Owner, HttpMethod.Patch, "/groups/finance", new { description = $"Money {i}" }, seen)));

        Assert.That(races.Count(r => r.Status == HttpStatusCode.OK), Is.EqualTo(1), string.Join('\n', races.Select(r => r.Status)));
        Assert.That(races.Count(r => r.JsonString("code") == "changedMeanwhile"), Is.EqualTo(9));
        var now = await ApiAsync(Owner, HttpMethod.Get, "/groups/finance");
        Assert.That(now.Json.GetProperty("claims").GetProperty("department").GetString(), Is.EqualTo("finance"), "A missing field keeps its value.");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Delete, "/groups/finance", ifMatch: seen), HttpStatusCode.PreconditionFailed, "changedMeanwhile");
        Assert.That((await ApiAsync(Owner, HttpMethod.Delete, "/groups/finance", ifMatch: now.Header("ETag"))).Status, Is.EqualTo(HttpStatusCode.NoContent));
        AssertProblem(await ApiAsync(Owner, HttpMethod.Get, "/groups/finance"), HttpStatusCode.NotFound, "notFound");
    }

    [TestCase("""{"name":"x","nme":"y"}""", "nme")]
    [TestCase("""{"name":"x","description":null}""", "description")]
    [TestCase("""{"name":7}""", "name")]
    [TestCase("""{"description":"x"}""", "name")]
    [TestCase("""{"name":"x\u0000"}""", "$")]
    [TestCase("""{"name":"x","description":"\ud800"}""", "$")]
    [TestCase("""{"name":"x","claims":{"a\ud800":1}}""", "$")]
    [TestCase("""{"name":"x","name":"y"}""", "$")]
    [TestCase("""[]""", "$")]
    [TestCase("""{"name":""", "$")]
    [TestCase("""{"name":"x","claims":{"sub":"1"}}""", "claims")]
    public async Task A_body_that_cannot_be_used_is_answered_by_field(string body, string field)
    {
        var answer = await ApiAsync(Owner, HttpMethod.Post, "/groups", body);

        AssertProblem(answer, HttpStatusCode.BadRequest, "invalid");
        Assert.That(answer.Json.GetProperty("errors").TryGetProperty(field, out _), Is.True, $"{answer}");
    }

    [Test]
    public async Task What_is_no_route_is_a_problem_too()
    {
        AssertProblem(await ApiAsync(Owner, HttpMethod.Get, "/nothing"), HttpStatusCode.NotFound, "notFound");
        var put = await ApiAsync(Owner, HttpMethod.Put, "/groups");
        AssertProblem(put, HttpStatusCode.MethodNotAllowed, "methodNotAllowed");
        Assert.That(put.Header("Allow"), Is.EqualTo("GET, POST"));
        Assert.That((await ApiAsync(Owner, HttpMethod.Post, "/groups/x")).Header("Allow"), Is.EqualTo("DELETE, GET, PATCH"));
        AssertProblem(await ApiAsync(null, HttpMethod.Get, "/nothing"), HttpStatusCode.Unauthorized, "unauthorized");
    }
}
