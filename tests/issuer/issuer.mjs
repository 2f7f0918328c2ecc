// An OpenID provider of other people's making, told what to do by lines on standard input.
//
//   keys KID...                    signs with the first of these keys from now on and publishes all of them
//   user SUBJECT RESOURCE SCOPE... prints an access token that somebody was given for a resource
//
// It prints its URL first, and one line for each that it reads. A resource whose address ends in /opaque gets tokens
// that say nothing; the others get signed ones.

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import { Provider } from 'oidc-provider';

const SCOPES = 'orders:read orders:write';

const known = new Map();

/** The key of this id, the same one each time. */
function key(kid) {
  if (!known.has(kid)) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    known.set(kid, { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' });
  }
  return known.get(kid);
}

function resourceServer(resource) {
  const accessTokenFormat = resource.endsWith('/opaque') ? 'opaque' : 'jwt';
  const server = { audience: resource, scope: SCOPES, accessTokenTTL: 3600, accessTokenFormat };
  return accessTokenFormat === 'jwt' ? { ...server, jwt: { sign: { alg: 'ES256' } } } : server;
}

function provider(url, kids) {
  return new Provider(url, {
    jwks: { keys: kids.map(key) },
    scopes: SCOPES.split(' '),
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    clients: [
      {
        client_id: 'app',
        client_secret: 'app secret: 100%',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource) => resourceServer(resource),
      },
    },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
  });
}

/** A token as a person gets one, without the pages on the way there. */
async function token(subject, resource, scope) {
  const client = await current.Client.find('app');
  const grant = new current.Grant({ accountId: subject, clientId: 'app' });
  grant.addResourceScope(resource, scope);
  const access = new current.AccessToken({
    accountId: subject,
    client,
    grantId: await grant.save(),
    gty: 'authorization_code',
    scope,
  });
  access.resourceServer = new current.ResourceServer(resource, resourceServer(resource));
  return access.save();
}

let current;
const server = createServer((request, response) => current.callback()(request, response));
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const url = `http://127.0.0.1:${server.address().port}`;
current = provider(url, ['first']);
console.log(`> ${url}`);

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, ...words] = line.split(' ');
  if (verb === 'keys') {
    current = provider(url, words);
    console.log('> done');
  } else {
    const [subject, resource, ...scopes] = words;
    console.log(`> ${await token(subject, resource, scopes.join(' '))}`);
  }
}
server.closeAllConnections();
server.close();
