using System.Net;
using IdP.Testing;

namespace IdP.Tests.Protocol.Routes;

/// <summary>A device that shows a code and waits. RFC 8628.</summary>
internal sealed class DeviceAtHand
{
    public const string GrantType = "urn:ietf:params:oauth:grant-type:device_code";

    private readonly RelyingParty app;
    private readonly string deviceCode;

    private DeviceAtHand(RelyingParty app, Exchange begun)
    {
        this.app = app;
        deviceCode = begun.JsonString("device_code") ?? throw new InvalidOperationException($"The device did not begin: {begun}");
        UserCode = begun.JsonString("user_code")!;
    }

    public string UserCode { get; }

    public static async Task<DeviceAtHand> BeginAsync(RelyingParty app) => new(app, await app.PostAsync("connect/device", new() { ["scope"] = Walk.Scope }));

    /// <summary>Whether the page tells that the device was answered: it has no form.</summary>
    public static bool IsConnectedBy(Exchange page) =>
        page is { Status: HttpStatusCode.OK, Uri.AbsolutePath: "/device" } && page.Page.QuerySelector("[name=user_code], [name=decision]") is null;

    public Task<Exchange> PollAsync() => app.TokenAsync(new() { ["grant_type"] = GrantType, ["device_code"] = deviceCode });
}
