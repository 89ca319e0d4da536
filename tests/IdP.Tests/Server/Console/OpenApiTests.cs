using System.Net;
using System.Text.Json;
using IdP.Testing;

namespace IdP.Tests.Server.Console;

/// <summary>The OpenAPI document, and the routes that have no fixture of their own.</summary>
internal sealed class OpenApiTests() : ConsoleFixture(TestDatabaseKind.Sqlite)
{
    protected override IEnumerable<object> Others => [Required("mailed")];

    [Test]
    public async Task The_document_names_every_route_of_the_server_and_no_other()
    {
        var description = await DescriptionAsync();
        // docs/surface.md is held against the program itself.
        var rows = File.ReadLines(Path.Combine(Repository.Root, "docs/surface.md")).Select(line => line.Replace("`", "", StringComparison.Ordinal).Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length > 3 && cells[2].StartsWith("/api/v1/", StringComparison.Ordinal)).SelectMany(cells => cells[1].Split(' ').Select(method => $"{method} {cells[2]["/api/v1".Length..]}"));

        Assert.That(description.Operations.Order(StringComparer.Ordinal), Is.EqualTo(rows.Order(StringComparer.Ordinal)));
        Assert.That(description.Document.GetProperty("openapi").GetString(), Does.StartWith("3.1."));
    }

    [Test]
    public async Task Everything_in_it_is_described()
    {
        var document = (await DescriptionAsync()).Document;
        List<string> missing = [];
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var method in path.Value.EnumerateObject())
            {
                if (method.Value.GetProperty("summary").ValueKind != JsonValueKind.String) missing.Add($"{method.Name} {path.Name}");
                if (!method.Value.GetProperty("responses").EnumerateObject().Any(r => r.Name.StartsWith('2'))) missing.Add($"{method.Name} {path.Name}: what it answers (Produces)");
                if (method.Name is "patch" && !method.Value.TryGetProperty("requestBody", out _)) missing.Add($"{method.Name} {path.Name}: what it takes (Accepts)");
                if (method.Value.TryGetProperty("parameters", out var parameters))
                    missing.AddRange(parameters.EnumerateArray().Where(p => p.GetProperty("description").ValueKind != JsonValueKind.String).Select(p => $"path.{p.GetProperty("name")} ({path.Name})"));
            }
        }

        foreach (var schema in document.GetProperty("components").GetProperty("schemas").EnumerateObject())
        {
            if (!schema.Value.TryGetProperty("properties", out var properties)) continue;
            missing.AddRange(properties.EnumerateObject().Where(p => !p.Value.TryGetProperty("description", out _)).Select(p => $"{schema.Name}.{p.Name}"));
        }

        Assert.That(string.Join('\n', missing.Order(StringComparer.Ordinal)), Is.Empty, "src/IdP.Server/Admin/Api/Fields.txt, docs/surface.md or the route's own words");
    }

    [Test]
    public async Task It_needs_no_token_and_holds_what_a_reader_of_3_1_expects()
    {
        var document = (await DescriptionAsync()).Document;

        var ids = document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject()).Select(o => o.Value.GetProperty("operationId").GetString()).ToList();
        Assert.That(ids, Is.Unique);
        var references = document.GetRawText().Split("\"$ref\":\"").Skip(1).Select(rest => rest[..rest.IndexOf('"', StringComparison.Ordinal)]).Distinct();
        foreach (var reference in references)
        {
            var target = document;
            foreach (var part in reference.Split('/').Skip(1)) Assert.That(target.TryGetProperty(part, out target), Is.True, reference);
        }

        // What is sent in a change is never null and never needed; what is answered is always there.
        var schemas = document.GetProperty("components").GetProperty("schemas");
        Assert.That(schemas.GetProperty("UserPatch").TryGetProperty("required", out _), Is.False);
        Assert.That(schemas.GetProperty("UserPatch").GetProperty("additionalProperties").GetBoolean(), Is.False);
        Assert.That(schemas.GetProperty("UserPatch").GetProperty("properties").GetProperty("email").GetProperty("type").GetString(), Is.EqualTo("string"));
        Assert.That(schemas.GetProperty("ShowUserPerson").GetProperty("required").EnumerateArray().Select(r => r.GetString()), Has.Member("email"));
        Assert.That(schemas.GetProperty("ShowUserPerson").GetRawText(), Does.Not.Contain("eTag").And.Not.Contain("asswordHash"));
        Assert.That(schemas.GetProperty("ClientNew").GetProperty("properties").GetProperty("identityVerification").GetProperty("enum").GetArrayLength(), Is.EqualTo(4));
    }

    [Test]
    public async Task A_validator_that_knows_nothing_of_this_code_has_nothing_against_it()
    {
        Requires.Node();
        using var folder = new TempFolder();
        var file = folder.File("openapi.json");
        await File.WriteAllTextAsync(file, (await DescriptionAsync()).Document.GetRawText());

        Assert.That((await NodeScript.RunAsync("openapi.mjs", file)).Succeeded().Trim(), Does.Match(@"^OpenAPI valid: [0-9]+ paths, [1-9][0-9]+ schemas, [1-9][0-9]* examples$"));
    }

    [Test]
    public async Task Settings_are_shown_changed_and_say_what_gets_weaker()
    {
        var seen = await ApiAsync(HelpDesk, HttpMethod.Get, "/settings");
        Assert.That(seen.Json.GetProperty("defaults").GetProperty("enrollmentDays").GetInt32(), Is.EqualTo(7));

        var changed = await ApiAsync(Owner, HttpMethod.Patch, "/settings", new { enrollmentDays = 9, reason = "holidays" }, seen.Header("ETag"));
        Assert.That(changed.Json.GetProperty("changes")[0].GetProperty("weaker").GetString(), Does.Contain("9 days"), $"{changed}");
        Assert.That(changed.Json.GetProperty("values").GetProperty("supportContact").GetString(), Is.EqualTo("support@example.com"), "A missing field keeps its value.");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Patch, "/settings", new { enrollmentDays = 8 }, seen.Header("ETag")), HttpStatusCode.PreconditionFailed, "changedMeanwhile");
        Assert.That((await ApiAsync(Owner, HttpMethod.Patch, "/settings", new { supportContact = "" })).Json.GetProperty("values").GetProperty("supportContact").ValueKind, Is.EqualTo(JsonValueKind.Null));
        foreach (var (body, field) in new[] { ("""{"enrollmentDays":0}""", "enrollmentDays"), ("""{"enrollmentDays":"7"}""", "enrollmentDays"), ("""{"nope":1}""", "nope"), ("""{"supportContact":null}""", "supportContact"), ("""{"reason":1}""", "reason") })
        {
            var refused = await ApiAsync(Owner, HttpMethod.Patch, "/settings", body);
            AssertProblem(refused, HttpStatusCode.BadRequest, "invalid");
            Assert.That(refused.Json.GetProperty("errors").TryGetProperty(field, out _), Is.True, $"{refused}");
        }

        AssertProblem(await ApiAsync(ClientAdmin, HttpMethod.Patch, "/settings", new { enrollmentDays = 9 }), HttpStatusCode.Forbidden, "forbidden");
    }

    [Test]
    public async Task Keys_are_listed_rotated_and_revoked_without_anything_secret()
    {
        var rotated = await ApiAsync(Owner, HttpMethod.Post, "/keys/rotate", new { algorithm = "ES256", reason = "test" });
        var next = rotated.Json.GetProperty("keys")[0].GetProperty("kid").GetString();
        AssertProblem(await ApiAsync(Owner, HttpMethod.Post, "/keys/rotate", new { algorithm = "ES256" }), HttpStatusCode.Conflict, "announcedBefore");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Post, "/keys/rotate", new { algorithm = "HS256" }), HttpStatusCode.BadRequest, "invalid");
        var listed = await ApiAsync(Auditor, HttpMethod.Get, "/keys?limit=200");
        Assert.That(listed.Json.GetProperty("items").EnumerateArray().Select(k => k.GetProperty("kid").GetString()), Has.Member(next));
        Assert.That(listed.Body, Does.Not.Contain("rivate").And.Not.Contain("rotected"));

        Assert.That((await ApiAsync(Owner, HttpMethod.Post, $"/keys/{next}/revoke")).Status, Is.EqualTo(HttpStatusCode.NoContent));
        AssertProblem(await ApiAsync(Owner, HttpMethod.Post, "/keys/nokey/revoke"), HttpStatusCode.NotFound, "notFound");
        AssertProblem(await ApiAsync(ClientAdmin, HttpMethod.Post, "/keys/rotate"), HttpStatusCode.Forbidden, "forbidden");
    }

    [Test]
    public async Task Words_of_mails_are_changed_and_taken_back_and_the_outbox_is_read()
    {
        var seen = await ApiAsync(Auditor, HttpMethod.Get, "/mail/templates/E1/en");
        var changed = await ApiAsync(Owner, HttpMethod.Patch, "/mail/templates/E1/en", new { subject = "Please set it up" }, seen.Header("ETag"));
        Assert.That(changed.JsonString("subject"), Is.EqualTo("Please set it up"), $"{changed}");
        Assert.That(changed.JsonString("text"), Is.EqualTo(seen.JsonString("text")), "A missing field keeps its value.");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Patch, "/mail/templates/E1/en", new { subject = "x" }, seen.Header("ETag")), HttpStatusCode.PreconditionFailed, "changedMeanwhile");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Patch, "/mail/templates/E1/en", new { text = "{nonsense}" }), HttpStatusCode.BadRequest, "invalid");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Patch, "/mail/templates/E1/fr", new { subject = "x" }), HttpStatusCode.Conflict, "giveBoth");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Get, "/mail/templates/E99/en"), HttpStatusCode.NotFound, "notFound");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Delete, "/mail/templates/E1/en", ifMatch: seen.Header("ETag")), HttpStatusCode.PreconditionFailed, "changedMeanwhile");
        Assert.That((await ApiAsync(Owner, HttpMethod.Delete, "/mail/templates/E1/en", ifMatch: changed.Header("ETag"))).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await ApiAsync(Owner, HttpMethod.Get, "/mail/templates/E1/en")).JsonString("subject"), Is.EqualTo(seen.JsonString("subject")));
        var list = await ApiAsync(Auditor, HttpMethod.Get, "/mail/templates?limit=3&after=E1/en");
        Assert.That(list.Json.GetProperty("items").GetArrayLength(), Is.EqualTo(3));

        Assert.That((await ApiAsync(Auditor, HttpMethod.Get, "/mail/outbox?failed=false&limit=1")).Status, Is.EqualTo(HttpStatusCode.OK));
        AssertProblem(await ApiAsync(Owner, HttpMethod.Post, "/mail/outbox/none/retry"), HttpStatusCode.NotFound, "notFound");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Post, "/mail/test"), HttpStatusCode.Conflict, "noServer");
        AssertProblem(await ApiAsync(ClientAdmin, HttpMethod.Post, "/mail/test"), HttpStatusCode.Forbidden, "forbidden");
    }

    [Test]
    public async Task Every_route_refuses_a_query_parameter_that_it_does_not_take_and_names_it()
    {
        List<string> wrong = [];
        foreach (var operation in (await DescriptionAsync()).Operations)
        {
            var (method, path) = (operation.Split(' ')[0], operation.Split(' ')[1].Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal));
            // A slip in the name of one that is taken here or elsewhere.
            var answer = await ApiAsync(Owner, new HttpMethod(method), path + "?dryrun=true");
            if (answer.Status != HttpStatusCode.BadRequest || !answer.Json.GetProperty("errors").TryGetProperty("dryrun", out _)) wrong.Add($"{operation}: {answer}");
        }

        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public async Task A_document_is_applied_by_owners_only_and_reads_nothing_of_the_host()
    {
        var document = new { groups = new[] { new { name = "applied", description = "By API" } }, settings = new { lockMinutes = 0 } };
        var tried = await ApiAsync(Owner, HttpMethod.Post, "/apply?dryRun=true", document);
        Assert.That(tried.Json.GetProperty("differences").GetArrayLength(), Is.EqualTo(1), $"{tried}");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Get, "/groups/applied"), HttpStatusCode.NotFound, "notFound");
        Assert.That((await ApiAsync(Owner, HttpMethod.Post, "/apply?reason=test", document)).Json.GetProperty("applied").GetBoolean(), Is.True);
        Assert.That((await ApiAsync(Owner, HttpMethod.Post, "/apply", document)).Json.GetProperty("applied").GetBoolean(), Is.False);

        foreach (var source in new object[] { new { fromEnv = "PATH" }, new { fromFile = "/etc/hostname" } })
        {
            var refused = await ApiAsync(Owner, HttpMethod.Post, "/apply", new { users = new[] { new { username = "spy", password = source } } });
            AssertProblem(refused, HttpStatusCode.BadRequest, "invalid");
            Assert.That(refused.Json.GetProperty("errors").GetProperty("$.users[0].password")[0].GetString(), Does.Contain("opens no file"));
        }

        foreach (var lesser in new[] { Auditor, HelpDesk, ClientAdmin })
            AssertProblem(await ApiAsync(lesser, HttpMethod.Post, "/apply", new { users = new[] { new { username = lesser, roles = new[] { "owner" } } } }), HttpStatusCode.Forbidden, "forbidden");
        // An owner's token that has not every right does not reach everything by a detour.
        AssertProblem(await ApiWithAsync(await TokenAsync(Owner, "roles:write", "people:write"), HttpMethod.Post, "/apply", document), HttpStatusCode.Forbidden, "forbidden");
    }
}
