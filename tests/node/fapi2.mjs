// A client of the profile fapi2, written against openid-client alone: PAR, PKCE, private_key_jwt, DPoP with nonces.
// Arguments: issuer, client id, its key as a private JWK, its alg, redirect URI, the session's cookie, the subject.
import { importJWK, jwtVerify, createRemoteJWKSet } from 'jose';
import * as client from 'openid-client';

const [issuer, clientId, jwk, alg, redirectUri, cookie, subject] = process.argv.slice(2);
const key = { key: await importJWK(JSON.parse(jwk), alg), kid: JSON.parse(jwk).kid };
const config = await client.discovery(new URL(issuer), clientId, { use_mtls_endpoint_aliases: false }, client.PrivateKeyJwt(key), {
  execute: [client.allowInsecureRequests],
});
const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));

const pkceCodeVerifier = client.randomPKCECodeVerifier();
const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()];
const url = await client.buildAuthorizationUrlWithPAR(config, {
  redirect_uri: redirectUri, scope: 'openid offline_access', state: expectedState, nonce: expectedNonce,
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256',
}, { DPoP });
const names = [...url.searchParams.keys()].sort().join();
const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
const tokens = await client.authorizationCodeGrant(config, new URL(answer.headers.get('location')), {
  pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true,
}, undefined, { DPoP });
const person = await client.fetchUserInfo(config, tokens.access_token, subject, { DPoP });
const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
const { payload } = await jwtVerify(refreshed.access_token, createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri)), { issuer, typ: 'at+jwt' });

console.log(`address ${names}; token ${tokens.token_type}; userinfo ${person.sub}; refreshed ${refreshed.token_type}; bound ${!!payload.cnf.jkt}`);
