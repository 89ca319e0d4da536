using IdP.Protocol.ClientAuthentication;
using IdP.Protocol.Endpoints;
using IdP.Protocol.Explanations;
using IdP.Protocol.Grants;
using IdP.Protocol.Interactions;
using IdP.Protocol.Logout;
using IdP.Protocol.ProofOfPossession;
using IdP.Protocol.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IdP.Protocol;

public static class ProtocolServices
{
    /// <summary>The meter that counts tokens, for the host's telemetry.</summary>
    public const string Meter = "IdP.Protocol";

    extension(IServiceCollection services)
    {
        /// <summary>
        /// Adds the OpenID provider. The host adds the database, the catalog, the master keys, the clock, the random
        /// source, data protection and verification, and checks <see cref="ProtocolOptions.Problems"/>.
        /// </summary>
        public IServiceCollection AddProtocol(ProtocolOptions options)
        {
            services.AddSingleton(options);
            services.AddSingleton<ProtocolMetrics>();

            services.AddSingleton<IGrant, AuthorizationCodeGrant>();
            services.AddSingleton<IGrant, RefreshTokenGrant>();
            services.AddSingleton<IGrant, ClientCredentialsGrant>();
            services.AddSingleton<IGrant, DeviceCodeGrant>();
            services.AddSingleton<GrantTypes>();
            services.AddSingleton<Authorizations>();
            services.AddSingleton<RefreshTokens>();

            services.AddSingleton<ChosenSecrets>();
            services.AddSingleton<ClientSecrets>();
            services.AddSingleton<IClientAuthenticationMethod, ClientSecretBasic>();
            services.AddSingleton<IClientAuthenticationMethod, ClientSecretPost>();
            services.AddSingleton<IClientAuthenticationMethod, PrivateKeyJwt>();
            services.AddSingleton<IClientAuthenticationMethod, PublicClient>();
            services.AddSingleton<ClientAuthenticator>();
            services.AddSingleton(provider => new ConnectionTest(provider.GetServices<IClientAuthenticationMethod>(), options));

            services.AddSingleton<DpopNonces>();
            services.AddSingleton<DpopProofs>();

            services.AddSingleton<SigningKeys>();
            services.AddSingleton<KeyRing>();
            services.AddSingleton<OwnTokens>();
            services.AddSingleton<TokenIssuer>();
            services.AddSingleton<PresentedTokens>();
            services.AddSingleton<AccessTokenRevocation>();
            services.AddSingleton<DiscoveryDocument>();
            services.AddSingleton<JwksDocument>();

            services.AddSingleton<RequestLimits>();
            services.AddSingleton<ParkedRequests>();
            services.AddSingleton<PushedRequests>();
            services.AddSingleton<AuthorizationCodes>();
            services.AddSingleton<AuthorizationFlow>();
            services.AddSingleton<DeviceRequests>();
            services.AddSingleton<LogoutRequests>();
            services.AddSingleton<LogoutTokens>();
            services.AddSingleton<GuardedFetcher>();
            services.AddSingleton<BackChannelLogout>();
            services.AddHostedService<LogoutDeliverer>();
            services.AddHostedService<KeyRotation>();
            services.AddScoped<EndSessions>();
            return services;
        }
    }
}

public static class ProtocolRoutes
{
    extension(IEndpointRouteBuilder routes)
    {
        /// <summary>Maps every protocol endpoint. They answer wrong methods with 405 and set their own cache headers.</summary>
        public IEndpointRouteBuilder MapProtocol()
        {
            var options = routes.ServiceProvider.GetRequiredService<ProtocolOptions>();
            var logger = routes.ServiceProvider.GetRequiredService<ILogger<Failures>>();

            var forClients = routes.MapGroup("").AddEndpointFilter(new Failures(logger, Failures.AsJson));
            DiscoveryEndpoint.Map(forClients);
            JwksEndpoint.Map(forClients);
            TokenEndpoint.Map(forClients);
            UserInfoEndpoint.Map(forClients);
            IntrospectionEndpoint.Map(forClients);
            RevocationEndpoint.Map(forClients);
            PushedAuthorizationEndpoint.Map(forClients);
            DeviceAuthorizationEndpoint.Map(forClients);

            var forPeople = routes.MapGroup("").AddEndpointFilter(new Failures(logger, Failures.AsPage(options)));
            AuthorizeEndpoint.Map(forPeople);
            EndSessionEndpoint.Map(forPeople);

            var script = OAuthResults.Public(FormPostPage.Script.ToArray(), "text/javascript; charset=utf-8", TimeSpan.FromDays(1));
            routes.MapMethods(FormPostPage.ScriptPath, [HttpMethods.Get, HttpMethods.Head], () => script);
            return routes;
        }
    }
}
