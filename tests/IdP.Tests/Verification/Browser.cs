using System.Net;
using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;
using IdP.Verification.Methods;
using IdP.Verification.Methods.Totp;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace IdP.Tests.Verification;

/// <summary>Keeps cookies, and makes each call a request of its own with them.</summary>
internal sealed class Browser(IServiceProvider services, string address)
{
    private readonly Dictionary<string, string> cookies = [];
    private readonly Lock gate = new();

    public string? SessionCookie => Cookie("idp_session");

    public string? RememberedCookie => Cookie("idp_remembered");

    public string? PendingCookie => Cookie("idp_pending");

    /// <summary>Another window of the same browser, or a thief's copy of it.</summary>
    public Browser Copy()
    {
        var copy = new Browser(services, address);
        lock (gate)
        {
            foreach (var (name, value) in cookies) copy.cookies[name] = value;
        }

        return copy;
    }

    /// <summary>Runs the work inside a request.</summary>
    public async Task<T> RequestAsync<T>(Func<IServiceProvider, Task<T>> work)
    {
        await using var scope = services.CreateAsyncScope();
        var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        http.Connection.RemoteIpAddress = IPAddress.Parse(address);
        http.Request.Headers.UserAgent = "Test browser";
        lock (gate) http.Request.Headers.Cookie = string.Join("; ", cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));
        scope.ServiceProvider.GetRequiredService<IHttpContextAccessor>().HttpContext = http;

        var result = await work(scope.ServiceProvider);

        Keep(http.Response);
        return result;
    }

    public Task<PasswordOutcome> SignInAsync(string name, string password, CancellationToken ct = default) =>
        RequestAsync(s => s.GetRequiredService<PasswordSignIn>().SignInAsync(name, password, flow: null, ct));

    /// <summary>What the page after the password does.</summary>
    public Task<Decision> ContinueAsync(ResourcePolicy policy, RequestDemands? demands = null) => WhoAsync<Decision>(
        (s, who) => s.GetRequiredService<SignInFlow>().ContinueAsync(who, policy, demands ?? RequestDemands.None), new Decision.SignIn(["Nobody."]));

    /// <summary>Types a code.</summary>
    public Task<CodeCheck> CheckAsync(string? code) => CheckAsync<TotpMethod>(code);

    /// <summary>Types a code, and ticks "don't ask again on this device".</summary>
    public Task<CodeCheck> CheckAsync(string? code, int rememberDays) => WhoAsync<CodeCheck>(
        (s, who) => s.GetRequiredService<VerificationService>().CheckAsync(who, s.GetRequiredService<TotpMethod>(), code, "portal", rememberDays), new CodeCheck.Gone());

    /// <summary>Closed and opened again: of the cookies the lasting one is left.</summary>
    public void Reopen()
    {
        lock (gate)
        {
            foreach (var name in cookies.Keys.Where(name => name != "idp_remembered").ToList()) cookies.Remove(name);
        }
    }


    public Task<CodeCheck> CheckAsync<TMethod>(string? code)
        where TMethod : IVerificationMethod =>
        WhoAsync<CodeCheck>((s, who) => s.GetRequiredService<VerificationService>().CheckAsync(who, s.GetRequiredService<TMethod>(), code, "portal"), new CodeCheck.Gone());

    public Task<CodeCheck> CheckAsync(IVerificationMethod method, string? code) =>
        WhoAsync<CodeCheck>((s, who) => s.GetRequiredService<VerificationService>().CheckAsync(who, method, code, "portal"), new CodeCheck.Gone());

    public Task<SetupStart> BeginAsync() => WhoAsync((s, who) => s.GetRequiredService<EnrollmentService>().BeginAsync(who, SignInBench.Required));

    public Task<Confirmation> ConfirmAsync(string? code) => WhoAsync((s, who) => s.GetRequiredService<EnrollmentService>().ConfirmAsync(who, code, SignInBench.Required));

    /// <summary>Null when the sign-in went on.</summary>
    public Task<Decision?> SkipAsync(ResourcePolicy policy, RequestDemands? demands = null) =>
        WhoAsync((s, who) => s.GetRequiredService<EnrollmentService>().SkipAsync(who, policy, demands ?? RequestDemands.None));

    public Task<SignedIn?> SessionAsync() => RequestAsync(async s => await s.GetRequiredService<CurrentSignIn>().SessionAsync());

    public Task<SigningIn?> PendingAsync() => RequestAsync(async s => await s.GetRequiredService<CurrentSignIn>().PendingAsync());

    /// <summary>Inside one request, with whoever is at the step.</summary>
    public Task<T> WhoAsync<T>(Func<IServiceProvider, SigningIn, Task<T>> work, T? nobody = default) => RequestAsync(async s =>
    {
        var who = await s.GetRequiredService<CurrentSignIn>().SigningInAsync();
        if (who is not null) return await work(s, who);
        return nobody ?? throw new InvalidOperationException("Nobody is signing in.");
    });

    private string? Cookie(string name)
    {
        lock (gate) return cookies.GetValueOrDefault(name);
    }

    private void Keep(HttpResponse response)
    {
        lock (gate)
        {
            foreach (var set in SetCookieHeaderValue.ParseList([.. response.Headers.SetCookie.Select(value => value ?? "")]))
            {
                if (set.Value.Length == 0) cookies.Remove(set.Name.Value!);
                else cookies[set.Name.Value!] = set.Value.Value!;
            }
        }
    }
}
