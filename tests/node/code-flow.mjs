// An application written against openid-client and jose alone, and a person who only has fetch and the pages' forms.
// Argument: { issuer, clientId, clientSecret, alg, redirectUri, signedOutUri, username, password, code } as JSON.
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';

const given = JSON.parse(process.argv[2]);
const authentication = given.clientSecret ? client.ClientSecretBasic(given.clientSecret) : client.None();
const config = await client.discovery(
  new URL(given.issuer), given.clientId, { id_token_signed_response_alg: given.alg }, authentication, { execute: [client.allowInsecureRequests] });
const server = config.serverMetadata();

// --- The person ------------------------------------------------------------------------------------------------------

const cookies = new Map();
const pages = [];

async function send(url, form) {
  const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
  const answer = await fetch(url, { method: form ? 'POST' : 'GET', body: form, headers, redirect: 'manual' });
  for (const cookie of answer.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
    if (value) cookies.set(name, value);
    else cookies.delete(name);
  }
  const location = answer.headers.get('location');
  if (!location) {
    pages.push(new URL(url).pathname);
    return { url, html: await answer.text(), status: answer.status };
  }
  const next = new URL(location, url);
  return next.origin === new URL(given.issuer).origin ? send(next) : { url: next };
}

function fill(page, fields) {
  const [, token] = /name="__RequestVerificationToken"[^>]*value="([^"]+)"/.exec(page.html) ?? [];
  if (!token) throw new Error(`No form on ${page.url} (${page.status})`);
  return send(page.url, new URLSearchParams({ ...fields, __RequestVerificationToken: token }));
}

// --- The application -------------------------------------------------------------------------------------------------

const pkceCodeVerifier = client.randomPKCECodeVerifier();
const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()];
const address = client.buildAuthorizationUrl(config, {
  redirect_uri: given.redirectUri, scope: 'openid profile email offline_access', state: expectedState, nonce: expectedNonce,
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256',
});

let page = await fill(await send(address), { username: given.username, password: given.password });
page = await fill(page, { code: given.code });

const tokens = await client.authorizationCodeGrant(config, new URL(page.url), { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true });
const claims = tokens.claims();
const person = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);

const keys = createRemoteJWKSet(new URL(server.jwks_uri));
const idToken = await jwtVerify(tokens.id_token, keys, { issuer: given.issuer, audience: given.clientId, algorithms: [given.alg] });
// RFC 9068 §2: the type, and the claims that every access token has.
const access = await jwtVerify(refreshed.access_token, keys, {
  issuer: given.issuer, typ: 'at+jwt', requiredClaims: ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'],
});

async function isActive(token) {
  try {
    return (await client.tokenIntrospection(config, token)).active;
  } catch (refused) {
    return refused.error;
  }
}

const before = await isActive(refreshed.access_token);
await client.tokenRevocation(config, refreshed.refresh_token);
const after = await isActive(refreshed.access_token);
const reuse = await client.refreshTokenGrant(config, refreshed.refresh_token).then(() => 'works', (refused) => refused.error);

const left = await send(client.buildEndSessionUrl(config, {
  id_token_hint: tokens.id_token, post_logout_redirect_uri: given.signedOutUri, state: 'bye',
}));
const silent = await send(client.buildAuthorizationUrl(config, {
  redirect_uri: given.redirectUri, scope: 'openid', prompt: 'none', state: 's', code_challenge_method: 'S256',
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
}));

console.log(JSON.stringify({
  pages: pages.join(' '), alg: idToken.protectedHeader.alg, acr: claims.acr, amr: claims.amr.join(' '), name: person.name,
  email: person.email, sameSubject: access.payload.sub === claims.sub, clientId: access.payload.client_id,
  rotated: refreshed.refresh_token !== tokens.refresh_token, before, after, reuse, left: `${left.url}`,
  silent: new URL(silent.url).searchParams.get('error'),
}));
