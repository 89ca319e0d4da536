using System.Web;
using IdP.Protocol.Interactions;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;

namespace IdP.Server.Pages;

/// <summary>Why somebody is on the pages of the sign-in: what asks, and where they go when it is satisfied.</summary>
internal sealed record SignInTarget
{
    public required ResourcePolicy Policy { get; init; }

    public required RequestDemands Demands { get; init; }

    /// <summary>Where the person goes when the decision lets them; begins with a slash.</summary>
    public required string Next { get; init; }

    /// <summary>Carries the target from page to page, with its question mark.</summary>
    public required string Query { get; init; }

    /// <summary>The application's request; null: a page of our own asks.</summary>
    public ParkedRequest? Parked { get; init; }

    /// <summary>The device that the person is about to connect; null: none.</summary>
    public DeviceRequest? Device { get; init; }

    /// <summary>The application's name; null: a page of our own asks.</summary>
    public string? AppName => Parked?.DisplayName ?? Device?.DisplayName;

    /// <summary>The address of a page of the sign-in for this target.</summary>
    public string Page(string path) => path + Query;

    /// <summary>The sign-in page for whoever wants to be somebody else.</summary>
    public string AccountPage => Page("/signin") + (Query.Length == 0 ? "?" : "&") + "account=other";
}

/// <summary>Finds the target from the two parameters that pages carry: <c>interaction</c> or <c>to</c>.</summary>
internal sealed class SignInTargets(
    ParkedRequests parkedRequests, DeviceRequests devices, Catalog catalog, CurrentSignIn current, SignInOptions options)
{
    public const string Portal = "/portal";
    public const string Security = "/portal/security";
    public const string SetUp = "/portal/security/setup";
    public const string Reset = "/portal/security/reset";
    public const string AddApp = "/portal/security/authenticators/add";
    public const string Authenticator = "/portal/security/authenticator";
    public const string Compromised = "/portal/security/compromised";
    public const string NewCodes = "/portal/security/recovery-codes";
    public const string Passkeys = "/portal/security/passkeys";
    public const string AdminVerified = "/admin/verified";
    public const string Device = "/device";
    public const string ChangePassword = "/portal/security/password";

    private static readonly string[] Roots = [Portal, "/admin", Device];

    /// <summary>Finds the target.</summary>
    /// <param name="interaction">Handle of a parked request, or null.</param>
    /// <param name="to">Path of an own page, or null; anything else than those leads to the portal.</param>
    /// <returns>Null when the parked request is unknown, too old or answered.</returns>
    public async ValueTask<SignInTarget?> ResolveAsync(string? interaction, string? to)
    {
        var snapshot = await catalog.GetAsync();
        if (interaction is null) return await OwnPageAsync(IsOwnPage(to) ? to! : Portal, snapshot);
        if (await parkedRequests.FindAsync(interaction) is not { } parked) return null;
        return new SignInTarget
        {
            Policy = snapshot.PolicyOf(parked.ClientId),
            Demands = parked.Demands,
            Next = parkedRequests.ResumeUrl(parked.Handle),
            Query = "?interaction=" + Uri.EscapeDataString(parked.Handle),
            Parked = parked,
        };
    }

    /// <summary>Whether an address is a page of our own that a sign-in may lead to.</summary>
    public static bool IsOwnPage(string? to) =>
        to is { Length: <= 512 }
        && Roots.Any(root => to == root || to.StartsWith(root + "/", StringComparison.Ordinal) || to.StartsWith(root + "?", StringComparison.Ordinal))
        && to.All(c => c is > ' ' and < '\x7f' and not '\\')
        && !to.Split('?')[0].AsSpan().ContainsAny('%', '.')
        && !to.Contains("//", StringComparison.Ordinal);

    private async ValueTask<SignInTarget> OwnPageAsync(string to, CatalogSnapshot snapshot)
    {
        var path = to.Split('?')[0];
        var who = await current.SigningInAsync();
        if (await DeviceAsync(to, path, who, snapshot) is { } device) return device;
        var policy = path switch
        {
            SetUp or Reset or AddApp or Authenticator or Compromised or NewCodes or Passkeys or ChangePassword => Policies.Security,
            AdminVerified => Policies.AdminChanges,
            _ when path.StartsWith("/admin", StringComparison.Ordinal) => Policies.Admin,
            // Where a code is typed nothing is opened yet; the application of the device asks, once, when it is known.
            Device => snapshot.PortalPolicy with { Mode = VerificationMode.NotRequired, Rules = [] },
            _ => snapshot.PortalPolicy,
        };
        return new SignInTarget
        {
            Policy = policy,
            Demands = Demands(path, policy, who),
            Next = to,
            Query = to == Portal ? "" : "?to=" + Uri.EscapeDataString(to),
        };
    }

    // What counts for a device is the application's policy, and that the proof is given for this very device: a session
    // that was verified for something else an hour ago does not approve what somebody else may have begun.
    private async ValueTask<SignInTarget?> DeviceAsync(string to, string path, SigningIn? who, CatalogSnapshot snapshot)
    {
        if (path != Device || who is null || HttpUtility.ParseQueryString(to[path.Length..])["request"] is not { } handle) return null;
        if (await devices.FindAsync(handle, who.Person.Id) is not { } device) return null;
        return new SignInTarget
        {
            Policy = snapshot.PolicyOf(device.ClientId) with { ReverifyAfter = TimeSpan.Zero },
            Demands = new() { FlowStartedAt = device.OpenedAt, Flow = device.Hash, Acr = device.DemandedAcr },
            Next = to,
            Query = "?to=" + Uri.EscapeDataString(to),
            Device = device,
        };
    }

    private RequestDemands Demands(string path, ResourcePolicy policy, SigningIn? who)
    {
        // Whoever has nothing else to prove sets up a first authenticator, or changes the password, right after the password.
        if (path is SetUp or Passkeys or ChangePassword && who?.Person.State.Enrollment is not EnrollmentState.Active) return new() { MaxAge = options.FreshPassword };
        // "At each authorization" means for our own pages: at each sign-in. A page view is not an authorization.
        return policy.ReverifyAfter == TimeSpan.Zero ? new() { FlowStartedAt = who?.PasswordAt } : RequestDemands.None;
    }
}
