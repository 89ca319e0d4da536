using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Clients;
using IdP.Server.Admin.Groups;
using IdP.Server.Admin.Settings;
using IdP.Server.Admin.Users;
using IdP.Server.Configuration;
using IdP.Storage.Clients;
using IdP.Testing;
using IdP.Verification;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;

namespace IdP.Tests.Server.Configuration;

[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class DocumentExportTests(TestDatabaseKind kind) : AdminFixture(kind)
{
    // Everything a document can hold, and nothing of it as it would be by itself.
    private const string Rich = """
        { "settings": { "enrollmentDays": 5, "supportContact": "help@example.com", "portalIdentityVerification": "required", "failedCodesCountAsPassword": true },
          "groups": [ { "name": "finance \" & <team>", "description": "People of Payroll", "claims": { "department": "Finance", "level": 3, "of": ["a", { "b": null }] } }, { "name": "empty" } ],
          "users": [ { "username": "olga", "email": "olga@example.com", "emailVerified": true, "displayName": "Olga Ö. \u202Eevil", "password": "quiet-harbour-27", "roles": ["admin", "auditor"],
                       "groups": ["finance \" & <team>", "unregistered"], "claims": { "dept": 7 }, "locale": "de-AT", "zoneInfo": "Europe/Vienna", "verification": "required" },
                     { "username": "Maya", "verification": "required", "totpSecret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" }, { "username": "bare", "disabled": true } ],
          "clients": [ { "clientId": "payroll", "clientSecret": "a secret somebody chose", "displayName": "Payroll", "description": "Salaries", "redirectUris": ["https://payroll.example/cb", "https://payroll.example/b"],
                         "postLogoutRedirectUris": ["https://payroll.example/out"], "backChannelLogoutUri": "https://payroll.example/logout", "grantTypes": ["authorization_code", "refresh_token", "client_credentials"],
                         "scopes": ["openid", "payments"], "consent": "explicit", "identityVerification": "required", "reverifyAfterMinutes": 60, "verificationMethods": ["otp"], "enrollmentProof": "mail",
                         "rules": [ { "identityVerification": "always", "group": "empty", "networks": ["10.0.0.0/8", "2001:db8::/32"], "outside": true }, { "identityVerification": "notRequired", "networks": ["192.0.2.7/32"] } ],
                         "tokenEndpointAuthMethod": "client_secret_post", "requirePkce": false, "requirePar": true, "dpopBoundAccessTokens": true, "accessTokenFormat": "reference", "idTokenSigningAlg": "ES256",
                         "allowedOrigins": ["https://payroll.example"], "launchUri": "https://payroll.example/", "initiateLoginUri": "https://payroll.example/begin", "disabled": true },
                       { "clientId": "bank", "redirectUris": ["https://bank.example/cb"], "tokenEndpointAuthMethod": "private_key_jwt", "profile": "fapi2",
                         "jwks": { "keys": [ { "kty": "EC", "crv": "P-256", "kid": "1", "use": "sig", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" } ] } },
                       { "clientId": "spa", "type": "public", "redirectUris": ["https://spa.example/cb"], "identityVerification": "always" } ],
          "apis": [ { "audience": "https://api.example.com/", "displayName": "Payments", "scopes": ["payments", "payments.read"], "requiredAcr": "mfa" } ],
          "mailTemplates": [ { "kind": "E2", "language": "de", "subject": "Noch {left}", "text": "Hallo {name}\n\n[Los]({link})" }, { "kind": "e1", "language": "FR", "subject": "Bonjour", "text": "[Configurer]({link})" } ] }
        """;

    [Test]
    public async Task What_is_exported_has_nothing_to_do_and_no_drift()
    {
        await ApplyAsync(Rich, atStart: true);

        var text = await ExportAsync();

        Assert.That((await ApplyAsync(text, dryRun: true)).Differences, Is.Empty);
        Assert.That((await DriftAsync(text)).Any, Is.False);
    }

    [Test]
    public async Task Every_field_of_the_document_is_exported_and_no_secret_is()
    {
        await ApplyAsync(Rich, atStart: true);

        var text = await ExportAsync();
        var document = JsonNode.Parse(text)!;

        // A new field of a patch belongs into the document above, and from there into the export.
        Assert.Multiple(() =>
        {
            Assert.That(NamesIn(document["clients"]!), Is.SupersetOf(NamesOf<ClientPatch>()));
            Assert.That(NamesIn(document["users"]!), Is.SupersetOf(NamesOf<UserPatch>().Append("verification").Append("disabled")));
            Assert.That(NamesIn(document["groups"]!), Is.SupersetOf(NamesOf<GroupPatch>()));
            Assert.That(NamesIn(document["apis"]!), Is.EquivalentTo(typeof(ApplyDocument.ApiEntry).GetProperties().Select(p => Camel(p.Name)).Except(["path"])));
            Assert.That(NamesIn(document["mailTemplates"]!), Is.EquivalentTo(typeof(ApplyDocument.MailEntry).GetProperties().Select(p => Camel(p.Name)).Except(["path"])));
            Assert.That(document.AsObject().Select(s => s.Key), Is.EquivalentTo(SectionsOfDocuments()));
        });
        foreach (var secret in new[] { "quiet-harbour", "somebody chose", "GEZDGNBV", "hash", "password", "ecret\"" }) Assert.That(text, Does.Not.Contain(secret));
    }

    [Test]
    public async Task Applied_to_another_database_the_export_makes_the_same_and_is_the_same()
    {
        await ApplyAsync(Rich, atStart: true);
        var text = await ExportAsync();

        // The other one: everything changed that can be, as far as nothing has to be taken away.
        await Get<SetSettings>().HandleAsync(new(new JsonObject { ["enrollmentDays"] = 30, ["supportContact"] = "else@example.com" }, Reason), Actor, Ct);
        await Get<SetClient>().HandleAsync(new("payroll", new ClientPatch { DisplayName = "Else", RequirePar = false, Scopes = ["openid"], VerificationMethods = [], Disabled = false }, Reason), Actor, Ct);
        await Get<SetUser>().HandleAsync(new("olga", new UserPatch { DisplayName = "Else", Groups = [], Claims = [] }, Reason), Actor, Ct);
        await Get<RemoveGroup>().HandleAsync(new("empty", Reason), Actor, Ct);
        await ApplyAsync(text);

        Assert.That(await ExportAsync(), Is.EqualTo(text));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task Generated_documents_round_trip(int seed)
    {
        for (var round = 0; round < 6; round++)
        {
            var json = new DocumentGenerator(new Random((seed * 1000) + round)).Next();
            var applied = await ApplyAsync(json, atStart: true);
            Assert.That(applied.Errors, Is.Empty, json);
            var text = await ExportAsync();

            var where = $"seed {seed}, round {round}: {json}";
            Assert.That((await ApplyAsync(json, dryRun: true, atStart: true)).Differences, Is.Empty, where);
            Assert.That((await ApplyAsync(text, dryRun: true)).Differences, Is.Empty, where);
            Assert.That((await DriftAsync(text)).Any, Is.False, where);
        }
    }

    [Test]
    public async Task Drift_names_what_was_changed_past_the_document_in_both_directions()
    {
        const string Document = """
            { "settings": { "enrollmentDays": 5 }, "users": [ { "username": "maya" } ],
              "clients": [ { "clientId": "spa", "type": "public", "redirectUris": ["https://spa.example/cb"], "identityVerification": "required" } ], "apis": [], "mailTemplates": [] }
            """;
        await ApplyAsync(Document);
        Assert.That((await DriftAsync(Document)).Any, Is.False);

        await Get<SetSettings>().HandleAsync(new(new JsonObject { ["passwordAttempts"] = 50 }, Reason), Actor, Ct);
        await Get<SetClient>().HandleAsync(new("spa", new ClientPatch { IdentityVerification = IdP.Storage.Clients.VerificationMode.NotRequired, AllowedOrigins = ["https://evil.example"] }, Reason), Actor, Ct);
        await Get<SetUser>().HandleAsync(new("maya", new UserPatch { Roles = ["helpDesk"] }, Reason), Actor, Ct);
        await AddUserAsync("eve", "auditor");
        await AddUserAsync("plain");
        await ApplyAsync("""{ "clients": [ { "clientId": "rogue", "type": "public", "redirectUris": ["https://rogue.example/cb"] } ], "groups": [ { "name": "not looked at" } ], "mailTemplates": [ { "kind": "E2", "language": "de", "subject": "Noch {left}" } ] }""");

        var drift = await DriftAsync(Document);

        Assert.That(drift.Differs.Select(d => $"{d.Subject}: {d.Text}"), Is.EqualTo(new[] { "client spa: identityVerification: notRequired -> required" }));
        Assert.That(drift.OnlyStored.Select(d => $"{d.Subject}: {d.Text}"), Is.EqualTo(new[]
        {
            "settings: passwordAttempts: 50 is stored, the document does not name it; the default is 10",
            "user eve: is stored with the roles auditor, and is not in the document",
            "user maya: roles: [\"helpDesk\"] is stored, the document does not say; a new one would have []",
            "user plain: is stored, and is not in the document",
            "client rogue: is stored, and is not in the document",
            "client spa: allowedOrigins: [\"https://evil.example\"] is stored, the document does not say; a new one would have []",
            "mail E2 (de): has changed words, and is not in the document",
        }));
    }

    [TestCase("whenEnrolled", "Payroll now asks only people who have enrolled. Payroll: 2 people will no longer be asked.", 2)]
    [TestCase("notRequired", "Payroll no longer asks anybody for identity verification. Payroll: 3 people will no longer be asked.", 3)]
    public async Task A_plan_says_how_many_people_a_weaker_policy_touches(string mode, string words, int people)
    {
        await PeopleAndPayrollAsync("required");

        var plan = await ApplyAsync($$"""{ "clients": [ { "clientId": "payroll", "identityVerification": "{{mode}}" } ] }""", dryRun: true);

        Assert.That(plan.Differences.Select(d => (d.Weaker, d.People)), Is.EqualTo(new[] { ((string?)words, (int?)people) }));
    }

    [TestCase("""{ "clients": [ { "clientId": "payroll", "identityVerification": "required" } ] }""", "At Payroll, people inside their enrollment period may now skip. Payroll: 2 people may now skip.")]
    [TestCase("""{ "clients": [ { "clientId": "payroll", "reverifyAfterMinutes": 900 } ] }""", "Payroll accepts a verification for longer: 900 minutes instead of 480. Payroll: 3 people are asked.")]
    [TestCase("""{ "settings": { "portalIdentityVerification": "notRequired" } }""", "The portal no longer asks anybody for identity verification. The portal: 1 person will no longer be asked.")]
    [TestCase("""{ "settings": { "enrollmentProof": "none" } }""", "Whoever knows a password can enrol an authenticator of their own on the way to any application; it opens every application. 2 people not enrolled yet.")]
    public async Task A_plan_counts_by_what_is_asked(string json, string words)
    {
        await PeopleAndPayrollAsync("always");
        await Get<SetSettings>().HandleAsync(new(new JsonObject { ["portalIdentityVerification"] = "whenEnrolled" }, Reason), Actor, Ct);

        var plan = await ApplyAsync(json, dryRun: true);

        Assert.That(plan.Differences.Select(d => d.Weaker), Is.EqualTo(new[] { words }));
    }

    [Test]
    public async Task People_are_counted_together_as_they_are_one_by_one()
    {
        foreach (var name in new[] { "over", "over2" }) await AddUserAsync(name);
        foreach (var name in new[] { "over", "over2" }) await RequireAsync(name, 1);
        Clock.Advance(TimeSpan.FromDays(2));
        await PeopleAndPayrollAsync("required");
        foreach (var name in new[] { "new2", "new3", "late2" }) await AddUserAsync(name);
        await RequireAsync("late2", 5);
        await IntoStaffAsync("new2", "late2");
        await Database.WriteAsync(s => s.ExecuteAsync("INSERT INTO attempt_counts (kind, owner, failures, last_at, locked_at) SELECT 'verification', id, 5, @p0, @p0 FROM users WHERE user_name IN ('late2', 'new3')", Now));
        var settings = new VerificationSettings();
        List<Person> people = [];
        foreach (var name in new[] { "over", "over2", "enrolled", "new", "late", "new2", "new3", "late2" }) people.Add((await new People(Database).FindAsync((await PersonAsync(name)).Id))!);
        var policies = (from mode in Enum.GetValues<VerificationMode>() from rule in new VerificationMode?[] { null, VerificationMode.NotRequired, VerificationMode.Always }
            select new ResourcePolicy { Kind = ResourceKind.Client, ResourceId = "payroll", Mode = mode, Rules = rule is { } other ? [new PolicyRule("staff", other)] : [] }).ToList();

        foreach (var (before, after) in policies.SelectMany(b => policies.Select(a => (b, a))))
        {
            var counted = await PeopleTouched.CompareAsync(Database, before, after, settings, Now);
            var one = people.Select(p => (Was: Asks(before, p), Becomes: Asks(after, p))).ToList();
            Assert.That((counted.NoLonger, counted.MaySkip, counted.Newly, counted.Asked), Is.EqualTo((
                one.Count(p => p.Was > 0 && p.Becomes == 0), one.Count(p => p.Was == 2 && p.Becomes == 1), one.Count(p => p.Was == 0 && p.Becomes > 0), one.Count(p => p.Becomes > 0))), $"{before.Mode} {before.Rules.Count} {after.Mode} {after.Rules.Count}");
        }

        int Asks(ResourcePolicy policy, Person person) => VerificationPolicy.Decide(policy, person.State, new SessionState { PasswordAt = Now }, RequestDemands.None, settings, Now) switch
        {
            Decision.Proceed => 0, Decision.Enroll { Skippable: true } => 1, _ => 2,
        };
    }

    private async Task IntoStaffAsync(params string[] names)
    {
        foreach (var name in names) await Get<SetUser>().HandleAsync(new(name, new UserPatch { Groups = ["staff"] }, Reason), Actor, Ct);
    }

    [TestCase("owner")]
    [TestCase("admin")]
    public async Task A_document_cannot_name_the_first_owner_once_the_server_has_started(string role)
    {
        var json = $$"""{ "users": [ { "username": "eve", "password": "quiet-harbour-27", "roles": ["{{role}}"] } ] }""";

        Assert.That((await ApplyAsync(json)).Errors.Select(e => e.Path), Is.EqualTo(new[] { "$.users[0].roles" }));
        Assert.That(await Get<ShowUser>().HandleAsync("eve", Ct), Is.Null);

        await AddUserAsync("olga", "owner");
        Assert.That((await ApplyAsync(json)).Errors, Is.Empty);
    }

    [Test]
    public async Task Neither_adding_nor_changing_a_person_makes_the_first_owner()
    {
        await AddUserAsync("maya");

        Assert.That(() => Get<AddUser>().HandleAsync(new("eve", new UserPatch { Roles = ["admin"] }, null, false, Reason), Actor, Ct), Throws.TypeOf<ForbiddenException>());
        Assert.That(() => Get<SetUser>().HandleAsync(new("maya", new UserPatch { Roles = ["owner"] }, Reason), Actor, Ct), Throws.TypeOf<ForbiddenException>());

        Assert.That(((await PersonAsync("maya")).Roles, await Get<ShowUser>().HandleAsync("eve", Ct)), Is.EqualTo((Array.Empty<string>(), (ShowUser.Person?)null)));
    }

    // One is enrolled, two are not, one more is turned off.
    private async Task PeopleAndPayrollAsync(string mode)
    {
        foreach (var name in new[] { "enrolled", "new", "late", "off" }) await AddUserAsync(name);
        await EnrollAsync("enrolled");
        await RequireAsync("late", 3);
        await Get<DisableUser>().HandleAsync(new("off", Reason), Actor, Ct);
        await ApplyAsync($$"""{ "clients": [ { "clientId": "payroll", "displayName": "Payroll", "type": "public", "redirectUris": ["https://payroll.example/cb"], "identityVerification": "{{mode}}" } ] }""");
    }

    private async Task<string> ExportAsync() => (await Get<DocumentExport>().HandleAsync(people: true, Actor, null, Ct)).ToJsonString();

    private async Task<DocumentDrift.Result> DriftAsync(string json)
    {
        var (document, errors) = Read(json);
        Assert.That(errors, Is.Empty);
        return await Get<DocumentDrift>().HandleAsync(document!, Actor, null, Ct);
    }

    // The reader says which sections it knows when it meets one that it does not.
    private IEnumerable<string> SectionsOfDocuments()
    {
        var error = ApplyDocument.Read(Encoding.UTF8.GetBytes("""{ "?": 1 }"""), Folder).Errors.Single();
        return error.Problem.Split("Keys are ")[1].TrimEnd('.').Split(", ").Except(["?"]);
    }

    private static IEnumerable<string> NamesIn(JsonNode list) => list.AsArray().SelectMany(thing => thing!.AsObject().Select(field => field.Key)).Distinct();

    private static IEnumerable<string> NamesOf<T>() => typeof(T).GetProperties().Select(p => Camel(p.Name));

    private static string Camel(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}
