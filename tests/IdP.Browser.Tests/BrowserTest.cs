using NUnit.Framework.Interfaces;

namespace IdP.Browser.Tests;

/// <summary>
/// Base of tests in the browser. Sessions opened through it are closed after the test; a failure leaves a picture of each
/// in <c>artifacts/screenshots</c>, and a clean console is a claim of every test.
/// </summary>
public abstract class BrowserTest
{
    private readonly List<BrowserSession> sessions = [];

    protected async Task<BrowserSession> OpenAsync(BrowserOptions? options = null)
    {
        var session = await BrowserSession.OpenAsync(options);
        sessions.Add(session);
        return session;
    }

    [TearDown]
    public async Task Close_the_sessions()
    {
        var failed = TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed;
        var faults = sessions.SelectMany(session => session.Faults).ToList();
        for (var number = 1; number <= sessions.Count; number++)
        {
            var session = sessions[number - 1];
            if (failed || faults.Count > 0) await PictureAsync(session, number);
            await session.DisposeAsync();
        }

        sessions.Clear();
        if (!failed) Assert.That(faults, Is.Empty, "The browser's console is not clean.");
    }

    private static async Task PictureAsync(BrowserSession session, int number)
    {
        try
        {
            var file = await session.ScreenshotAsync($"{TestContext.CurrentContext.Test.FullName}.{number}");
            TestContext.AddTestAttachment(file);
            TestContext.Out.WriteLine($"{session.Page.Url}: {file}");
        }
        catch (PlaywrightException failure)
        {
            // A page that is gone must not hide why the test failed.
            TestContext.Out.WriteLine(failure.Message);
        }
    }
}
