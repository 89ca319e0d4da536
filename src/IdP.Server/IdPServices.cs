using IdP.Protocol;
using IdP.Server.Hosting;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Verification;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace IdP.Server;

/// <summary>What the server and the command line both stand on.</summary>
public static class IdPServices
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds storage, keys, verification and the protocol for the configuration.</summary>
        /// <exception cref="ConfigurationException">A value cannot be used; the message names its key.</exception>
        public IServiceCollection AddIdP(IConfiguration configuration, bool isDevelopment)
        {
            var options = IdPOptionsRules.Read(configuration, isDevelopment);
            services.AddSingleton(options);
            services.AddSingleton(options.Branding);
            services.TryAddSingleton(TimeProvider.System);
            services.TryAddSingleton<RandomSource>();
            services.AddSingleton(_ => MasterKeyFile.Load(options.Keys, isDevelopment));
            services.AddSingleton<AuditSeals>();
            services.AddSingleton(provider => new IdPDatabase(options.Database, provider.GetRequiredService<AuditSeals>()));
            services.AddSingleton<AuditVerifier>();
            services.AddSingleton<AuditChain>();
            services.AddSingleton<Catalog>();
            services.TryAddSingleton(new SignInOptions
            {
                Issuer = options.Issuer,
                SecureCookies = options.Issuer.StartsWith("https:", StringComparison.Ordinal),
                CanMail = options.Mail.Host is not null || isDevelopment,
                Organisation = options.Branding.Name,
            });
            services.AddVerification();
            services.AddProtocol(options.Tokens with { Issuer = options.Issuer, AllowLoopback = isDevelopment });
            // The ring is shared by every node; its keys are wrapped by the master key.
            services.AddDataProtection().SetApplicationName("idp");
            services.AddSingleton<IConfigureOptions<KeyManagementOptions>, KeyRingSetup>();
            return services;
        }
    }
}
