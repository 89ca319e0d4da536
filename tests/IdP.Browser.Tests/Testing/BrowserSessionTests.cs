using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using QRCoder;

namespace IdP.Browser.Tests.Testing;

internal sealed class BrowserSessionTests : BrowserTest
{
    private const string KeyUri = "otpauth://totp/IdP:anna%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=IdP";

    private LoopbackApp app = null!;

    [OneTimeSetUp]
    public async Task Start_a_site_with_a_strict_policy() => app = await LoopbackApp.StartAsync(routes =>
    {
        routes.Use((http, next) =>
        {
            http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; img-src 'self'; script-src 'self'";
            return next(http);
        });
        routes.MapGet("/good", () => Page("<p id='text'>plain</p><script src='/script.js'></script>"));
        routes.MapGet("/script.js", () => Results.Text("document.getElementById('text').textContent = 'scripted';", "text/javascript"));
        routes.MapGet("/faulty", () => Page("<img src='/dot.svg'>"));
        routes.MapGet("/dot.svg", () => Results.Text("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "image/svg+xml"));
        routes.MapGet("/forbidden", () => Page("<script>document.title = 'ran'</script>"));
        routes.MapGet("/qr", () => Page(Qr()));
        routes.MapGet("/favicon.ico", () => Results.NoContent());
    });

    [OneTimeTearDown]
    public async Task Stop_it() => await app.DisposeAsync();

    [TestCase(true, "scripted")]
    [TestCase(false, "plain")]
    public async Task Scripts_run_unless_they_are_off(bool javaScript, string expected)
    {
        var session = await OpenAsync(new(javaScript));

        await session.Page.GotoAsync(At("good"));

        Assert.That(await session.Page.TextContentAsync("#text"), Is.EqualTo(expected));
    }

    [Test]
    public async Task Axe_finds_the_planted_fault_and_nothing_else([Values] bool javaScript)
    {
        var session = await OpenAsync(new(javaScript));
        await session.Page.GotoAsync(At("faulty"));

        var faults = await session.AxeAsync();

        Assert.That(faults, Has.Count.EqualTo(1));
        Assert.That(faults[0], Does.StartWith("image-alt (critical)"));
    }

    [Test]
    public async Task Axe_finds_nothing_on_a_good_page()
    {
        var session = await OpenAsync();
        await session.Page.GotoAsync(At("good"));

        Assert.That(await session.AxeAsync(), Is.Empty);
    }

    [Test]
    public async Task A_script_that_the_policy_forbids_is_a_fault()
    {
        var session = await OpenAsync();

        await session.Page.GotoAsync(At("forbidden"));

        Assert.That(string.Join('\n', session.Faults), Does.Contain("Content Security Policy"));
        session.Faults.Clear();
    }

    [Test]
    public async Task A_QR_code_on_a_page_is_read_back_at_the_narrowest_width()
    {
        var session = await OpenAsync(BrowserOptions.Narrow);
        await session.Page.GotoAsync(At("qr"));

        Assert.That(await session.ReadQrAsync(session.Page.Locator("svg")), Is.EqualTo(KeyUri));
    }

    private static string Qr()
    {
        using var data = QRCodeGenerator.GenerateQrCode(KeyUri, QRCodeGenerator.ECCLevel.M);
        using var svg = new SvgQRCode(data);
        return svg.GetGraphic(4);
    }

    private static IResult Page(string body) => Results.Content(
        $"<!doctype html><html lang='en'><title>Test</title><main><h1>Test</h1>{body}</main></html>", "text/html; charset=utf-8");

    private string At(string path) => new Uri(app.Address, path).ToString();
}
