using System.Text.Json;

namespace IdP.Browser.Tests;

/// <summary>A passkey provider inside Chromium: it keeps keys, and says yes in the person's place.</summary>
public sealed class VirtualAuthenticator
{
    private readonly ICDPSession cdp;
    private readonly string id;

    private VirtualAuthenticator(ICDPSession cdp, string id) => (this.cdp, this.id) = (cdp, id);

    public static async Task<VirtualAuthenticator> AddAsync(BrowserSession browser, bool autofill = false, bool synced = false)
    {
        var session = await browser.Context.NewCDPSessionAsync(browser.Page);
        await session.SendAsync("WebAuthn.enable");
        var added = await session.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new
            {
                protocol = "ctap2", transport = "internal", hasResidentKey = true, hasUserVerification = true, isUserVerified = true,
                // What is offered in a field is taken at once; elsewhere that would press buttons nobody pressed.
                automaticPresenceSimulation = true, defaultBackupEligibility = synced, defaultBackupState = synced,
            },
        });
        var made = new VirtualAuthenticator(session, added!.Value.GetProperty("authenticatorId").GetString()!);
        if (!autofill) await browser.Page.AddInitScriptAsync("if (window.PublicKeyCredential) PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);");
        return made;
    }

    public async Task<int> CountAsync() => (await cdp.SendAsync("WebAuthn.getCredentials", Id()))!.Value.GetProperty("credentials").GetArrayLength();

    /// <summary>The keys, for an authenticator of another browser: as a password manager would copy them.</summary>
    public async Task CopyToAsync(VirtualAuthenticator other)
    {
        foreach (var credential in (await cdp.SendAsync("WebAuthn.getCredentials", Id()))!.Value.GetProperty("credentials").EnumerateArray())
        {
            await other.cdp.SendAsync("WebAuthn.addCredential", new() { ["authenticatorId"] = other.id, ["credential"] = credential });
        }
    }

    public Task ForgetAsync() => cdp.SendAsync("WebAuthn.clearCredentials", Id());

    /// <summary>The person's finger is not recognised.</summary>
    public Task FailVerificationAsync() => cdp.SendAsync("WebAuthn.setUserVerified", new() { ["authenticatorId"] = id, ["isUserVerified"] = false });

    private Dictionary<string, object> Id() => new() { ["authenticatorId"] = id };
}
