using System.Net;
using System.Text.Json;
using IdP.Testing;
using IdP.Verification.Methods.Totp;
using Microsoft.AspNetCore.WebUtilities;

namespace IdP.Tests.Protocol.Routes;

/// <summary>
/// A person in a browser on their way to an application. They do what each page asks, and the walk writes down the
/// pages and how it ended, in the words of docs/policy-routes.md.
/// </summary>
internal sealed class Walk : IDisposable
{
    public const string NewPassword = "another horse battery";
    public const string Scope = "openid offline_access";

    private const string FormToken = "__RequestVerificationToken";
    private const int MostPages = 8;

    private readonly RouteBench bench;
    private readonly RelyingParty app;
    private readonly List<string> trail = [];
    private AuthorizationRequest request;

    public Walk(RouteBench bench, Guest guest, string clientId)
    {
        (this.bench, Guest) = (bench, guest);
        app = new RelyingParty(RouteBench.Issuer, clientId, "s3cret", handler: bench.Handler);
        request = app.NewAuthorizationRequest(Scope);
    }

    public Guest Guest { get; }

    public UserAgent Browser => app.UserAgent;

    public RelyingParty App => app;

    /// <summary>The device that is to be connected; null: none.</summary>
    public DeviceAtHand? Device { get; private set; }

    /// <summary>Without it the walk ends where a password is asked for.</summary>
    public bool KnowsPassword { get; init; } = true;

    /// <summary>The page of this server that the walk wants to reach.</summary>
    public string? Goal { get; init; }

    /// <summary>Enrols where a skip is offered.</summary>
    public bool Enrols { get; init; }

    /// <summary>Sends each form first as another site would: with a token of somebody else's page.</summary>
    public bool IsForged { get; init; }

    /// <summary>Sends the form that was sent last once more, as it was.</summary>
    public Func<Task<Exchange>> SendAgain { get; private set; } = () => throw new InvalidOperationException("No form was sent.");

    public void Carry(params IEnumerable<Cookie> cookies)
    {
        foreach (var cookie in cookies) Browser.Cookies.Add(cookie);
    }

    public async Task<Exchange> AuthorizeAsync(params (string Name, string Value)[] parameters)
    {
        request = app.NewAuthorizationRequest(Scope);
        foreach (var (name, value) in parameters) request[name] = value;
        return await app.AuthorizeAsync(request);
    }

    /// <summary>RFC 9126: the application leaves the request with the server first.</summary>
    public async Task<Exchange> PushAsync()
    {
        request = app.NewAuthorizationRequest(Scope);
        var pushed = await app.PostAsync("connect/par", request.Parameters.ToDictionary());
        var uri = pushed.JsonString("request_uri") ?? throw new InvalidOperationException($"Nothing was pushed: {pushed}");
        return await OpenAsync(QueryHelpers.AddQueryString("connect/authorize", new Dictionary<string, string?> { ["client_id"] = app.ClientId, ["request_uri"] = uri }));
    }

    /// <summary>RFC 8628: a device begins to wait.</summary>
    public async Task<DeviceAtHand> BeginDeviceAsync() => Device = await DeviceAtHand.BeginAsync(app);

    /// <summary>A request that nobody has answered yet, as a query for the pages: made in a browser of its own.</summary>
    public async Task<string> ParkAsync()
    {
        request = app.NewAuthorizationRequest(Scope);
        using var elsewhere = new UserAgent(bench.Handler());
        var sent = await elsewhere.GetAsync(request.To(new Uri(RouteBench.Issuer, "connect/authorize")));
        return sent.Location?.Query ?? throw new InvalidOperationException($"The request was not parked: {sent}");
    }

    public async Task<Exchange> OpenAsync(string path) => await app.FollowAsync(await Browser.GetAsync(new Uri(RouteBench.Issuer, path)));

    /// <summary>Posts a form to a page that was not opened, with a token that is this browser's own.</summary>
    public async Task<Exchange> PostAsync(string path, string query, params (string Name, string Value)[] fields) =>
        await app.FollowAsync(await PostAndStayAsync(path, query, fields));

    /// <summary>The same, and goes nowhere after it.</summary>
    public async Task<Exchange> PostAndStayAsync(string path, string query, params (string Name, string Value)[] fields)
    {
        var token = TokenOf(await OpenAsync("signin" + query + "&account=other"));
        var form = fields.Select(f => KeyValuePair.Create(f.Name, f.Value)).Append(KeyValuePair.Create(FormToken, token));
        return await Browser.PostAsync(new Uri(RouteBench.Issuer, path + query), form);
    }

    /// <summary>Does what the pages ask, up to the end.</summary>
    public async Task<string> GoAsync(Exchange page)
    {
        await WalkAsync(page);
        return string.Join(", ", trail);
    }

    /// <summary>Does what the page asks, once.</summary>
    /// <returns>What is shown then; null when the walk ends here.</returns>
    public async Task<Exchange?> StepAsync(Exchange page)
    {
        var word = Name(page);
        switch (word)
        {
            case "signin" when KnowsPassword:
                return await SendAsync(page, null, ("username", Guest.Id), ("password", RouteBench.Password));
            case "verify":
                var asking = page.Uri.AbsolutePath == "/verify" ? page : await OpenAsync("verify" + page.Uri.Query);
                return await SendAsync(asking, null, ("code", Guest.NextCode(bench.Now)));
            case "password":
                return await SendAsync(page, null, ("password", RouteBench.Password), ("new_password", NewPassword));
            case "skip":
                return await SendAsync(page, "[name=action]");
            case "enroll":
                if (page.Uri.AbsolutePath == "/enroll") page = await SendAsync(page, "[name=next]");
                if (page.Uri.AbsolutePath != "/enroll/app") return page;
                Guest.SetUp(Base32.Decode(page.Page.GetElementById("key")!.TextContent.Replace(" ", "", StringComparison.Ordinal))!);
                var codes = await SendAsync(page, null, ("code", Guest.NextCode(bench.Now)));
                return codes.Uri.AbsolutePath == "/enroll/recovery-codes" ? await SendAsync(codes, "[value=done]") : codes;
            case "consent" or "connect":
                return await SendAsync(page, "[value=allow]");
            case "device":
                return await SendAsync(page, null, ("user_code", Device!.UserCode));
            default:
                return null;
        }
    }

    /// <summary>Whether the person is back at the application with a code.</summary>
    public bool HasCode(Exchange page) => page.LeadsTo(app.RedirectUri) && page.Location!.QueryParameters.ContainsKey("code");

    public Task<Exchange> RedeemAsync(Exchange page) => app.RedeemAsync(app.AuthorizationResponse(page)["code"], request.CodeVerifier);

    /// <summary>The level that tokens say, or why there are none.</summary>
    public string LevelOf(Exchange answer)
    {
        if (answer.Status != HttpStatusCode.OK) return answer.Error == "invalid_grant" ? "refused" : answer.Error ?? $"{(int)answer.Status}";
        var claims = JsonElement.Parse(WebEncoders.Base64UrlDecode(answer.JsonString("access_token")!.Split('.')[1]));
        var level = claims.GetProperty("acr").GetString()!;
        if (answer.JsonString("id_token") is { } idToken)
        {
            var said = JsonElement.Parse(WebEncoders.Base64UrlDecode(idToken.Split('.')[1]));
            if (said.GetProperty("acr").GetString() != level || said.GetProperty("sub").GetString() != claims.GetProperty("sub").GetString()) return "two tokens that disagree";
        }

        return claims.GetProperty("sub").GetString() == Guest.Id ? level : level + " as somebody else";
    }

    public void Dispose() => app.Dispose();

    private async Task WalkAsync(Exchange page)
    {
        for (var count = 0; count < MostPages; count++)
        {
            if (HasCode(page))
            {
                trail.Add(LevelOf(await RedeemAsync(page)));
                return;
            }

            if (Device is not null && DeviceAtHand.IsConnectedBy(page))
            {
                trail.Add(LevelOf(await Device.PollAsync()));
                return;
            }

            trail.Add(Name(page));
            if (await StepAsync(page) is not { } next) return;
            page = next;
        }

        throw new InvalidOperationException($"The walk does not end: {string.Join(", ", trail)}");
    }

    private string Name(Exchange page)
    {
        if (page.LeadsTo(app.RedirectUri)) return app.AuthorizationResponse(page).GetValueOrDefault("error") ?? "code";
        return (page.Uri.AbsolutePath, (int)page.Status) switch
        {
            ("/signin", 200) => "signin",
            ("/signin", 400) when page.Page.QuerySelector("[name=password]") is not null => "refused",
            ("/verify" or "/verify/recovery", 200) => "verify",
            ("/enroll", 200) when !Enrols && page.Page.QuerySelector("[name=action]") is not null => "skip",
            ("/enroll" or "/enroll/app", 200) => "enroll",
            ("/password", 200) => "password",
            ("/consent", 200) => "consent",
            ("/device", 200) => page.Page.QuerySelector("[name=decision]") is null ? "device" : "connect",
            (var path, 200) when path == Goal => "page",
            (var path, 200) when path.StartsWith("/portal", StringComparison.Ordinal) => path,
            ("/locked", 403) => "locked",
            ("/error", _) when page.Uri.Query.Contains("reason=link", StringComparison.Ordinal) => "link",
            (_, 400) when page.Page.QuerySelector("main form") is null => "link",
            (_, 403) => "denied",
            var (path, status) => $"{path} {status}",
        };
    }

    private async Task<Exchange> SendAsync(Exchange page, string? button, params (string Name, string Value)[] values)
    {
        var fields = values.ToDictionary(v => v.Name, v => v.Value);
        if (IsForged)
        {
            var forged = new Dictionary<string, string>(fields) { [FormToken] = await SomebodyElsesTokenAsync() };
            var refused = await Browser.SubmitAsync(page, forged, button);
            if (refused.Status != HttpStatusCode.BadRequest) trail.Add($"forged {page.Uri.AbsolutePath}");
            else page = refused;
        }

        SendAgain = () => app.SubmitAsync(page, fields, button);
        return await SendAgain();
    }

    private async Task<string> SomebodyElsesTokenAsync()
    {
        using var elsewhere = new UserAgent(bench.Handler());
        return TokenOf(await elsewhere.GetAsync(new Uri(RouteBench.Issuer, "signin")));
    }

    private static string TokenOf(Exchange page) => page.Page.QuerySelector($"[name={FormToken}]")?.GetAttribute("value")
        ?? throw new InvalidOperationException($"The page has no form: {page}");
}
