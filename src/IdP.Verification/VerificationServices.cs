using IdP.Verification.Attempts;
using IdP.Verification.Enrollments;
using IdP.Verification.Methods;
using IdP.Verification.Methods.Passkeys;
using IdP.Verification.Methods.RecoveryCodes;
using IdP.Verification.Methods.Totp;
using IdP.Verification.SignIn;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Verification;

public static class VerificationServices
{
    extension(IServiceCollection services)
    {
        /// <summary>
        /// Adds sign-in and verification. The host adds <see cref="Storage.Database.IdPDatabase"/>, the catalog, the
        /// master keys, <see cref="SignInOptions"/>, the clock and the random source.
        /// </summary>
        public IServiceCollection AddVerification()
        {
            services.AddHttpContextAccessor();
            services.AddSingleton<PasswordGate>();
            services.AddSingleton(provider => new PasswordHasher(provider.GetRequiredService<Storage.RandomSource>()));
            services.AddSingleton<People>();
            services.AddSingleton<Storage.Outbox.LogoutSignal>();
            services.AddSingleton<Sessions>();
            services.AddSingleton<Decisions.PolicyReports>();
            services.AddSingleton<Decisions.LiveDecisions>();
            services.AddSingleton<RememberedBrowsers>();
            services.AddSingleton<AttemptCounter>();
            services.AddSingleton<DeviceCodeGuesses>();
            services.AddSingleton<EnrollmentPeriods>();
            services.AddSingleton<TotpSecrets>();
            services.AddSingleton<TotpMethod>();
            services.AddSingleton<RecoveryCodeMethod>();
            services.AddSingleton<PasskeyStore>();
            services.AddSingleton<WebAuthn>();
            services.AddSingleton<PasskeyCeremonies>();
            services.AddSingleton<Passwords>();
            services.AddSingleton<NotMe>();
            services.AddSingleton<Authenticators>();
            services.AddSingleton<PasswordResets>();
            services.AddScoped<CurrentSignIn>();
            services.AddScoped<HelpRequests>();
            services.AddScoped<PasswordSignIn>();
            services.AddScoped<SignInFlow>();
            services.AddScoped<VerificationService>();
            services.AddSingleton<EnrollmentPasses>();
            services.AddScoped<EnrollmentProofs>();
            services.AddScoped<EnrollmentService>();
            services.AddScoped<CompromisedAccount>();
            services.AddScoped<PasskeyVerification>();
            services.AddScoped<PasskeyEnrollment>();
            services.AddScoped<PasskeySignIn>();
            return services;
        }
    }
}
