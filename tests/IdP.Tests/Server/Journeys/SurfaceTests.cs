using System.Collections;
using System.CommandLine;
using System.Reflection;
using System.Text.Json;
using IdP.Server;
using IdP.Server.Admin.Users;
using IdP.Server.Cli;
using IdP.Server.Hosting;
using IdP.Testing;
using IdP.Verification;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Tests.Server.Journeys;

/// <summary>Keeps <c>docs/surface.md</c> true: what the program has and what the page names are the same.</summary>
internal sealed class SurfaceTests() : ServerFixture(TestDatabaseKind.Sqlite)
{
    private static readonly string[] NoPages = ["/connect", "/.well-known", "/dev", "/assets"];

    private readonly SortedSet<string> fields = new(StringComparer.Ordinal);

    protected override IEnumerable<object> People => [Person("plain"), Required("required"), Enrolled("enrolled"), Person("due"), Required("expired"), Required("idle")];

    protected override IEnumerable<object> Apps => [App("notes", "notRequired"), App("payroll", "required", rememberBrowserDays: 14), App("shop", "notRequired", consent: "explicit"), new { clientId = "tv", displayName = "tv", type = "public", tokenEndpointAuthMethod = "none", grantTypes = new[] { "urn:ietf:params:oauth:grant-type:device_code" }, scopes = new[] { "openid" }, identityVerification = "notRequired" }];

    [Test]
    public async Task Endpoints()
    {
        await using var database = await TestDatabase.MigratedAsync(TestDatabaseKind.Sqlite);
        using var folder = new TempFolder();
        await using var app = await IdPServer.BuildAsync([], builder => builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["IdP:Database:ConnectionString"] = database.ConnectionString,
            ["IdP:Keys:Folder"] = folder.Path,
            ["IdP:Keys:MasterKey"] = Convert.ToBase64String(new byte[32]),
            ["IdP:Issuer"] = "https://id.example",
        }));
        var pages = app.Services.GetRequiredService<PageLoader>();
        List<string> found = [];
        foreach (var endpoint in ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>())
        {
            var methods = endpoint.Metadata.GetMetadata<PageActionDescriptor>() is { } page
                ? (await pages.LoadAsync(page, endpoint.Metadata)).HandlerMethods.Select(handler => handler.HttpMethod.ToUpperInvariant())
                : endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["any"];
            found.Add($"{string.Join(' ', methods.Order(StringComparer.Ordinal))} | /{endpoint.RoutePattern.RawText!.TrimStart('/')}");
        }

        Expect("Endpoints", found.Distinct(), keys: 2);
    }

    [Test]
    public async Task Form_fields()
    {
        var nobody = Browser("nobody");
        await ReadAsync(nobody, await nobody.OpenAsync("signin"));
        var link = JsonDocument.Parse((await Server.CommandAsync("setup-link", "--json")).Succeeded()).RootElement.GetProperty("url").GetString()!;
        await ReadAsync(nobody, await nobody.OpenAsync(link));

        // A mailed link.
        await ExecuteAsync("INSERT INTO one_time_links (hash, purpose, user_id, expires_at) SELECT @p0, 'password_reset', id, @p1 FROM users WHERE user_name = 'plain'",
            IdP.Storage.Handle.HashOf("link"), DateTimeOffset.UtcNow.AddMinutes(5));
        await ReadAsync(nobody, await nobody.OpenAsync("signin/reset?link=link"));

        // A password alone: every page of the portal, what was allowed, a second session, and choosing an account.
        var plain = Browser("plain");
        var shop = await plain.OpenAsync(AppOf("shop"));
        await shop.SignInAsync();
        await ReadAsync(plain, shop.Page);
        await shop.DecideAsync("allow");
        await ReadAsync(plain, await plain.OpenAsync("portal"));
        var second = Browser("plain");
        await second.SignInAsync(await second.OpenAsync("portal"));
        await ReadAsync(second, await second.OpenAsync("portal/security"));
        await ReadAsync(plain, (await plain.OpenAsync(AppOf("notes"), "openid", ("prompt", "select_account"))).Page);

        // Connecting a device.
        var tv = AppOf("tv");
        tv.ClientSecret = null;
        var begun = await tv.PostAsync("connect/device", new() { ["scope"] = "openid" });
        var typed = await plain.OpenAsync("/device");
        await ReadAsync(plain, typed);
        await ReadAsync(plain, await plain.SubmitAsync(typed, null, ("user_code", begun.JsonString("user_code")!)));

        // In a period.
        var required = await Browser("required").OpenAsync(AppOf("payroll"));
        await required.SignInAsync();
        await ReadAsync(required.Person, required.Page);
        var setUp = await required.Person.SubmitAsync(required.Page, "[name=next]");
        await ReadAsync(required.Person, setUp);
        await ReadAsync(required.Person, (await required.Person.SetUpAsync(setUp)).Page);

        // Idle for long: a proof comes before the setup key.
        await ExecuteAsync("UPDATE users SET created_at = 0 WHERE user_name = 'idle'");
        var idle = await Browser("idle").OpenAsync(AppOf("payroll"));
        await idle.SignInAsync();
        await ReadAsync(idle.Person, await idle.Person.SubmitAsync(idle.Page, "[name=next]"));

        // Enrolled: before and after the code.
        var enrolled = await Browser("enrolled").OpenAsync(AppOf("payroll"));
        await enrolled.SignInAsync();
        await ReadAsync(enrolled.Person, enrolled.Page);
        enrolled.Continue(await enrolled.Person.SubmitAsync(enrolled.Page, null, ("code", await enrolled.Person.Phone.NextCodeAsync()), ("remember", "true")));
        await ReadAsync(enrolled.Person, await enrolled.Person.OpenAsync("portal"));

        // A new password is due; the period is over.
        await ExecuteAsync("UPDATE users SET must_change_password = @p0 WHERE user_name = 'due'", true);
        await LetTheDeadlinePassAsync("expired");
        foreach (var name in new[] { "due", "expired" })
        {
            var journey = await Browser(name).OpenAsync(AppOf("payroll"));
            await journey.SignInAsync();
            await ReadAsync(journey.Person, journey.Page);
        }

        Expect("Form fields", fields, keys: 2);
    }

    [Test]
    public void States_of_a_person() => Expect("States of a person", PeopleFilter.All, keys: 1);

    [Test]
    public void Settings_with_their_defaults() =>
        Expect("Settings", new VerificationSettings().ToJson().Select(setting => $"{setting.Key} | {(setting.Value is System.Text.Json.Nodes.JsonArray list ? list.ToJsonString() : setting.Value?.ToString() ?? "none")}"), keys: 2);

    [Test]
    public void Every_configuration_key_is_explained()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs/configuration.md"));

        var keys = Keys(IdPOptions.Section, new IdPOptions()).Select(key => key.Split(" | ")[0]).Where(key => key != "IdP:Tokens:Issuer");

        Assert.That(keys.Where(key => !text.Contains($"`{key}`", StringComparison.Ordinal)), Is.Empty, "docs/configuration.md");
    }

    [Test]
    public void Configuration_keys_with_their_defaults() =>
        // The issuer of the tokens is IdP:Issuer; nobody sets it twice.
        Expect("Configuration keys", Keys(IdPOptions.Section, new IdPOptions()).Where(key => !key.StartsWith("IdP:Tokens:Issuer", StringComparison.Ordinal)), keys: 2);

    [Test]
    public void Verbs_of_the_command_line()
    {
        var root = IdPCommandLine.Root(new Option<bool>("--json"), new CommandOutput(TextWriter.Null, TextWriter.Null, isTerminal: false), TextReader.Null, canAsk: false);

        Expect("Command line", Verbs(root, "idp"), keys: 3);
    }

    private static IEnumerable<string> Verbs(Command command, string path)
    {
        if (command.Subcommands.Count > 0) return command.Subcommands.SelectMany(verb => Verbs(verb, $"{path} {verb.Name}"));
        var arguments = string.Join(' ', command.Arguments.Select(argument => argument.Name));
        return [$"{path} | {(arguments.Length > 0 ? arguments : "–")} | {(command.Options.Count > 0 ? string.Join(' ', command.Options.Select(option => option.Name)) : "–")}"];
    }

    private static IEnumerable<string> Keys(string path, object options)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite))
        {
            var (key, value) = ($"{path}:{property.Name}", property.GetValue(options));
            var isSection = property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal);
            if (isSection) foreach (var inner in Keys(key, value!)) yield return inner;
            else yield return $"{key} | {(value is null ? "none" : value is not string and IEnumerable ? "empty" : value)}";
        }
    }

    // Reads the forms of a page and of every page that it leads to.
    private async Task ReadAsync(Visitor visitor, Exchange first)
    {
        HashSet<string> known = [first.Uri.AbsolutePath];
        Queue<Exchange> pages = new([first]);
        while (pages.TryDequeue(out var page))
        {
            if (page.IsRedirect) continue;
            foreach (var form in page.Page.Forms)
            {
                var action = form.GetAttribute("action") is { Length: > 0 } given ? new Uri(page.Uri, given) : page.Uri;
                if (action.Authority != Server.Issuer.Authority) continue;
                foreach (var name in form.QuerySelectorAll("[name]").Select(element => element.GetAttribute("name")!).Where(name => name != "__RequestVerificationToken"))
                {
                    fields.Add($"{action.AbsolutePath} | {name}");
                }
            }

            foreach (var link in page.Page.QuerySelectorAll("a[href]").Select(link => new Uri(page.Uri, link.GetAttribute("href"))))
            {
                if (link.Authority != Server.Issuer.Authority || NoPages.Any(path => link.AbsolutePath.StartsWith(path, StringComparison.Ordinal))) continue;
                if (known.Add(link.AbsolutePath)) pages.Enqueue(await visitor.FollowAsync(await visitor.Browser.GetAsync(link)));
            }
        }
    }

    private static void Expect(string heading, IEnumerable<string> program, int keys)
    {
        var (has, names) = (program.ToHashSet(StringComparer.Ordinal), Rows(heading).Select(cells => string.Join(" | ", cells.Take(keys))).ToList());
        var wrong = has.Except(names).Order(StringComparer.Ordinal).Select(row => $"missing:   | {row} |")
            .Concat(names.Except(has).Select(row => $"left over: | {row} |"))
            .Concat(names.GroupBy(row => row).Where(rows => rows.Count() > 1).Select(rows => $"twice:     | {rows.Key} |"));
        Assert.That(string.Join('\n', wrong), Is.Empty, $"docs/surface.md, {heading}");
    }

    private static IEnumerable<string[]> Rows(string heading)
    {
        var lines = File.ReadLines(Path.Combine(Repository.Root, "docs", "surface.md")).SkipWhile(line => line != $"## {heading}").Skip(1);
        return lines.TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal)).Where(line => line.StartsWith('|')).Skip(2)
            .Select(line => line.Trim('|', ' ').Replace("`", "", StringComparison.Ordinal).Split('|').Select(cell => cell.Trim()).ToArray());
    }
}
