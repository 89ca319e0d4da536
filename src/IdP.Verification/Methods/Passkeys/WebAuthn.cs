using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SignInOptions = IdP.Verification.SignIn.SignInOptions;

namespace IdP.Verification.Methods.Passkeys;

/// <summary>The framework's passkey handler (WebAuthn Level 3 §7), told once what this server asks of every ceremony.</summary>
public sealed class WebAuthn : IDisposable
{
    private readonly IHttpContextAccessor accessor;
    private readonly UserManager<PasskeyOwner> users;
    private readonly PasskeyHandler<PasskeyOwner> handler;

    public WebAuthn(PasskeyStore store, IHttpContextAccessor accessor, SignInOptions options)
    {
        this.accessor = accessor;
        var issuer = new Uri(options.Issuer);
        var origin = issuer.GetLeftPart(UriPartial.Authority);
        users = new UserManager<PasskeyOwner>(
            store, Options.Create(new IdentityOptions()), null!, [], [], null!, null!, null!, NullLogger<UserManager<PasskeyOwner>>.Instance);
        handler = new PasskeyHandler<PasskeyOwner>(users, Options.Create(new IdentityPasskeyOptions
        {
            // The configured issuer's and never the request's: whoever can choose the Host header chooses nothing here.
            ServerDomain = issuer.Host,
            ValidateOrigin = context => ValueTask.FromResult(!context.CrossOrigin && string.Equals(context.Origin, origin, StringComparison.Ordinal)),
            // Without it a passkey would be something one has and nothing more.
            UserVerificationRequirement = "required",
            // So that it can be found without a user name.
            ResidentKeyRequirement = "required",
            AttestationConveyancePreference = "none",
            AuthenticatorTimeout = PasskeyCeremonies.Lifetime,
        }));
    }

    // The handler hands it to its hooks, which look at the configuration alone.
    private HttpContext Http => accessor.HttpContext ?? throw new InvalidOperationException("There is no request.");

    public async Task<(string Options, string State)> CreationAsync(Person person)
    {
        var made = await handler.MakeCreationOptionsAsync(new PasskeyUserEntity { Id = person.Id, Name = person.UserName, DisplayName = person.DisplayName }, Http);
        return (made.CreationOptionsJson, made.AttestationState ?? "");
    }

    /// <summary>Judges a new passkey.</summary>
    /// <returns>Null when it is not what was asked for.</returns>
    public async Task<UserPasskeyInfo?> AttestAsync(string answer, string state)
    {
        var result = await handler.PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = Http, CredentialJson = answer, AttestationState = state });
        return result.Succeeded && result.Passkey.IsUserVerified ? result.Passkey : null;
    }

    /// <param name="person">Whose passkey is asked for; null: anybody's, of those that the browser finds.</param>
    public async Task<(string Options, string State)> RequestAsync(Person? person)
    {
        var made = await handler.MakeRequestOptionsAsync(person is null ? null : new PasskeyOwner(person.Id, person.UserName), Http);
        return (made.RequestOptionsJson, made.AssertionState ?? "");
    }

    /// <summary>Judges a signature.</summary>
    /// <returns>Whose passkey it was and how it stands now; null when it is not right.</returns>
    public async Task<(string UserId, UserPasskeyInfo Passkey)?> AssertAsync(string answer, string state)
    {
        var result = await handler.PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = Http, CredentialJson = answer, AssertionState = state });
        return result.Succeeded && result.Passkey.IsUserVerified ? (result.User.Id, result.Passkey) : null;
    }

    public void Dispose() => users.Dispose();
}
