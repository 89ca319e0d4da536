// node peer.mjs PORT CLIENTS_JSON [SQLITE_FILE]: npm oidc-provider with our paths, clients, claims and algorithms.
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';
import { adapter } from './store.mjs';

const [port, clients, file] = [process.argv[2], JSON.parse(process.argv[3]), process.argv[4]];
const issuer = `http://localhost:${port}`;
const key = (type, options, alg) => ({ ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg });
const api = 'urn:bench:api';

const provider = new Provider(issuer, {
  adapter: adapter(file),
  clients: clients.map((c) => ({
    client_id: c.id, client_secret: c.secret, redirect_uris: [c.redirectUri], response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'], scope: 'openid profile email offline_access api',
    token_endpoint_auth_method: 'client_secret_basic', id_token_signed_response_alg: c.algorithm,
  })),
  jwks: { keys: [key('ec', { namedCurve: 'P-256' }, 'ES256'), key('rsa', { modulusLength: 2048 }, 'RS256')] },
  routes: {
    authorization: '/connect/authorize', token: '/connect/token', userinfo: '/connect/userinfo', introspection: '/connect/introspect',
    revocation: '/connect/revoke', jwks: '/.well-known/jwks', end_session: '/connect/logout',
  },
  scopes: ['openid', 'offline_access', 'profile', 'email', 'api'],
  claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'], acr: null, auth_time: null, amr: null, sid: null },
  cookies: { keys: ['bench'] },
  pkce: { required: () => true },
  ttl: { AccessToken: 600, AuthorizationCode: 60, ClientCredentials: 600, IdToken: 600, RefreshToken: 2592000, Session: 43200, Grant: 2592000, Interaction: 3600 },
  issueRefreshToken: async () => true,
  rotateRefreshToken: true,
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: async () => true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      // A client with JWT access tokens gets them for one API; UserInfo and introspection take opaque ones only.
      defaultResource: (ctx, client) => (['bench-es256', 'bench-rs256'].includes(client.clientId) ? api : undefined),
      useGrantedResource: () => true,
      getResourceServerInfo: (ctx, resource, client) => ({
        scope: 'api', accessTokenFormat: 'jwt', accessTokenTTL: 600, jwt: { sign: { alg: client.clientId === 'bench-rs256' ? 'RS256' : 'ES256' } },
      }),
    },
  },
  findAccount: async (ctx, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, name: 'Bench Person', preferred_username: 'bench', email: 'bench@example.com', email_verified: true }),
  }),
  loadExistingGrant: async (ctx) => {
    const known = ctx.oidc.session.grantIdFor(ctx.oidc.client.clientId);
    if (known) return ctx.oidc.provider.Grant.find(known);
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope('openid profile email offline_access');
    grant.addResourceScope(api, 'api');
    await grant.save();
    return grant;
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
});
// offline_access without prompt=consent, as in ours.
provider.on('server_error', (ctx, error) => console.error(error));

const answer = provider.callback();
createServer(async (request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response);
  // A person who is signed in at once.
  await provider.interactionFinished(request, response, { login: { accountId: 'bench-person', acr: 'mfa', amr: ['pwd', 'otp', 'mfa'] } });
}).listen(Number(port), 'localhost');
