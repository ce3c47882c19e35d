import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { HttpRequest } from '../../src/core/request.ts';
import { textBody } from '../../src/core/request.ts';
import type { Check } from '../demo-api/check.ts';
import { check as apikeyCheck } from '../demo-api/checks/apikey.ts';
import { check as asapCheck } from '../demo-api/checks/asap.ts';
import { check as awsv4Check } from '../demo-api/checks/awsv4.ts';
import { check as basicCheck } from '../demo-api/checks/basic.ts';
import { check as bearerCheck } from '../demo-api/checks/bearer.ts';
import { check as digestCheck } from '../demo-api/checks/digest.ts';
import { check as edgegridCheck } from '../demo-api/checks/edgegrid.ts';
import { check as hawkCheck } from '../demo-api/checks/hawk.ts';
import { check as jwtCheck } from '../demo-api/checks/jwt.ts';
import { check as ntlmCheck } from '../demo-api/checks/ntlm.ts';
import { check as oauth1Check } from '../demo-api/checks/oauth1.ts';
import { credentials } from '../demo-api/credentials.ts';
import { arrived } from '../demo-api/verifiers/arrived.ts';
import { createDigestVerifier } from '../demo-api/verifiers/digest.ts';
import { recomputeOAuth1 } from '../demo-api/verifiers/oauth1.ts';
import type { World } from './pipeline.ts';

/** Each scheme in each of its places, with who judges it, and what it must be refused for. */

const rsa = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const otherKey = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

/** What `{{name}}` in the directives stands for. */
export const wireVariables: Readonly<Record<string, string>> = {
  password: credentials.password,
  apiKey: credentials.apiKey,
  token: credentials.token,
  awsSecret: credentials.aws.secretKey,
  consumerSecret: credentials.oauth1.consumerSecret,
  tokenSecret: credentials.oauth1.tokenSecret,
  hawkKey: credentials.hawk.key,
  jwtSecret: credentials.jwtSecret,
  clientSecret: credentials.edgegrid.clientSecret,
  rsaKey: rsa.privateKey,
};
export const wireKeyFiles: Readonly<Record<string, string | Uint8Array>> = {
  'demo-key.pem': readFileSync(new URL('../../examples/signing/demo-key.pem', import.meta.url)),
  'other-key.pem': otherKey.privateKey,
};

const oauth1Verdict =
  (recompute: ReturnType<typeof recomputeOAuth1>): Check =>
  request => {
    const wrong = recompute(arrived(request));
    return { ok: wrong === undefined, detail: wrong ?? '' };
  };

const digestVerdict = (verifier: ReturnType<typeof createDigestVerifier>): Check => {
  return request => {
    const { status, headers, wrong } = verifier.judge(arrived(request));
    return { ok: wrong === undefined, status, headers, detail: wrong ?? '' };
  };
};

const minutes = 60_000;
const early: World = { now: () => Date.now() - 20 * minutes };
const late: World = { now: () => Date.now() + 20 * minutes };
const hours = (count: number): World => ({ now: () => Date.now() + count * 60 * minutes });
const otherBody: World = {
  tamper: request => (request.body ? { ...request, body: textBody('{"a":2}') } : request),
};
const otherQuery: World = {
  tamper: (request: HttpRequest) => ({ ...request, url: request.url.replace('q=1', 'q=2') }),
};
const otherMethod: World = { tamper: request => ({ ...request, method: 'PUT' }) };

/** `[what is wrong, what replaces what in the directive, the world it happens in, what the person is told]`. */
export type Wrong = readonly [what: string, replace: readonly [string, string] | undefined, world: World, told: RegExp];

export interface WireScheme {
  readonly name: string;
  /** The `@auth` directive. */
  readonly auth: string;
  readonly check: Check;
  /** A variant of one that is tested whole. */
  readonly variant?: true;
  /** It answers challenges, and can only be previewed once it has answered one. */
  readonly challenges?: true;
  /** Requests that the counterpart reads otherwise than the servers it stands for. */
  readonly except?: RegExp;
  readonly wrong: readonly Wrong[];
  /** A directive with which two requests are exactly alike, and what the person is told of the second. */
  readonly replay?: readonly [auth: string, told: RegExp];
}

const aws = 'awsv4 accessKey=AKIDDEMO secretKey={{awsSecret}} region=eu-central-1';
const awsWrong: readonly Wrong[] = [
  ['a wrong secret key', ['{{awsSecret}}', 'no'], {}, /secret key is wrong/],
  ['an unknown access key', ['AKIDDEMO', 'AKIDNOBODY'], {}, /access key.* is not known/],
  ['a clock that is late', undefined, early, /clock .*differ.*behind the server/],
  ['a clock that is early', undefined, late, /clock .*differ.*ahead of the server/],
  ['a changed query', undefined, otherQuery, /changed on the way/],
  ['a changed method', undefined, otherMethod, /changed on the way/],
];
const oauth1 =
  'oauth1 consumerKey=demo-consumer consumerSecret={{consumerSecret}} token=demo-oauth1-token tokenSecret={{tokenSecret}}';
const oauth1Wrong: readonly Wrong[] = [
  ['a wrong consumer secret', ['{{consumerSecret}}', 'no'], {}, /a secret or the private key is wrong/],
  ['a wrong token secret', ['{{tokenSecret}}', 'no'], {}, /a secret or the private key is wrong/],
  ['an unknown consumer', ['demo-consumer', 'nobody'], {}, /does not know this consumer key/],
  ['an unknown token', ['demo-oauth1-token', 'nothing'], {}, /does not accept this token/],
  ['a clock that is late', undefined, early, /clock/],
  ['a changed query', undefined, otherQuery, /changed on the way/],
  ['a changed method', undefined, otherMethod, /changed on the way/],
];
const edgegrid = 'edgegrid accessToken=akab-demo-access clientToken=akab-demo-client clientSecret={{clientSecret}}';
const jwt = `jwt secret={{jwtSecret}} payload={"sub":"ada"} expiresIn="5 m" includeJwtId=true`;
const jwtWrong: readonly Wrong[] = [
  [
    'a wrong secret',
    ['{{jwtSecret}}', 'another-secret-of-at-least-32-bytes'],
    {},
    /ERR_JWS_SIGNATURE_VERIFICATION_FAILED/,
  ],
  ['a clock that is late', undefined, hours(-2), /expired.*its clock is 7(?:199|200) s ahead of/],
];
const asap = 'asap alg=ES256 iss=demo-client aud=demo-api kid=demo-client/key-1\n#   privateKey = < ./demo-key.pem';
const digest = 'digest username=ada password={{password}}';
const digestWrong: readonly Wrong[] = [
  ['a wrong password', ['{{password}}', 'no'], {}, /the user name or the password is wrong.*tried once only/],
  ['a wrong user', ['=ada', '=bob'], {}, /did not accept “bob”/],
];
const rsaOAuth1 = recomputeOAuth1(credentials.oauth1, {
  publicKey: createPublicKey(rsa.publicKey),
});

export const wireSchemes: readonly WireScheme[] = [
  {
    name: 'apikey in header',
    variant: true,
    auth: 'apikey key=X-API-Key value={{apiKey}}',
    check: apikeyCheck,
    wrong: [['a wrong key', ['{{apiKey}}', 'no'], {}, /403/]],
  },
  {
    name: 'apikey in query',
    auth: 'apikey key=api_key value={{apiKey}} in=query',
    check: apikeyCheck,
    wrong: [['a wrong key', ['{{apiKey}}', 'no'], {}, /403/]],
  },
  {
    name: 'apikey in cookie',
    variant: true,
    auth: 'apikey key=api_key value={{apiKey}} in=cookie',
    check: apikeyCheck,
    wrong: [['a wrong key', ['{{apiKey}}', 'no'], {}, /403/]],
  },
  {
    name: 'basic',
    auth: 'basic username=ada password={{password}}',
    check: basicCheck,
    wrong: [['a wrong password', ['{{password}}', 'no'], {}, /did not accept the credential/]],
  },
  {
    name: 'bearer',
    auth: 'bearer token={{token}}',
    check: bearerCheck,
    wrong: [['a wrong token', ['{{token}}', 'no'], {}, /did not accept the credential.*The token is unknown/]],
  },
  {
    name: 'awsv4 in header',
    auth: `${aws} service=execute-api`,
    check: awsv4Check,
    wrong: [...awsWrong, ['a changed body', undefined, otherBody, /changed on the way/]],
    replay: [`${aws} service=sqs`, /changed on the way/],
  },
  {
    name: 'awsv4 in query',
    auth: `${aws} service=execute-api addTo=query`,
    check: awsv4Check,
    wrong: [...awsWrong, ['a changed body', undefined, otherBody, /changed on the way/]],
  },
  {
    name: 'awsv4 in header, S3',
    variant: true,
    auth: `${aws} service=s3`,
    check: awsv4Check,
    except: /encoded in its own way/,
    wrong: [['a changed body', undefined, otherBody, /the body is not the one that was signed/]],
  },
  {
    name: 'oauth1 in header',
    auth: oauth1,
    check: oauth1Check,
    wrong: oauth1Wrong,
    replay: [`${oauth1} nonce=once`, /the nonce was used before/i],
  },
  {
    name: 'oauth1 in body-or-url',
    auth: `${oauth1} addTo=body-or-url signatureMethod=HMAC-SHA256`,
    check: oauth1Check,
    wrong: oauth1Wrong,
    replay: [`${oauth1} addTo=body-or-url nonce=again`, /the nonce was used before/i],
  },
  {
    name: 'oauth1 in header, body hash',
    variant: true,
    auth: `${oauth1} signatureMethod=HMAC-SHA512 includeBodyHash=true`,
    check: oauth1Check,
    wrong: [['a changed body', undefined, otherBody, /body/]],
  },
  {
    name: 'oauth1 in header, RSA-SHA256',
    variant: true,
    auth: `${oauth1} signatureMethod=RSA-SHA256 privateKey={{rsaKey}} includeBodyHash=true`,
    check: oauth1Verdict(rsaOAuth1),
    wrong: [['a changed query', undefined, otherQuery, /does not say why/]],
  },
  {
    name: 'hawk',
    auth: 'hawk authId=demo-hawk authKey={{hawkKey}} includePayloadHash=true extraData="a=1; b"',
    check: hawkCheck,
    wrong: [
      ['a wrong key', ['{{hawkKey}}', 'no'], {}, /the key or the algorithm is wrong/],
      ['an unknown id', ['demo-hawk', 'nobody'], {}, /knows no key “nobody”/],
      ['a changed query', undefined, otherQuery, /something on the way changed/],
      ['a changed method', undefined, otherMethod, /something on the way changed/],
      ['a changed body', undefined, otherBody, /did not arrive as it was signed/],
    ],
    replay: ['hawk authId=demo-hawk authKey={{hawkKey}} nonce=once', /takes the request for a replay/],
  },
  {
    name: 'edgegrid',
    // Akamai’s library writes an apostrophe in a query as %27, whatever was sent.
    except: /an apostrophe/,
    auth: edgegrid,
    check: edgegridCheck,
    wrong: [
      ['a wrong client secret', ['{{clientSecret}}', 'no'], {}, /the client secret is wrong/],
      ['an unknown client token', ['akab-demo-client', 'nobody'], {}, /the client token is not known/],
      ['an unknown access token', ['akab-demo-access', 'nothing'], {}, /the access token is not known/],
      ['a clock that is late', undefined, early, /clock .*behind the server/],
      ['a changed query', undefined, otherQuery, /changed on the way/],
      ['a changed method', undefined, otherMethod, /changed on the way/],
      ['a changed body', undefined, otherBody, /changed on the way/],
    ],
    replay: [`${edgegrid} nonce=once`, /the nonce was used before/],
  },
  {
    name: 'jwt in header',
    auth: jwt,
    check: jwtCheck,
    wrong: jwtWrong,
    replay: [jwt.replace('"ada"', '"ada","jti":"once"'), /replay/],
  },
  {
    name: 'jwt in query',
    auth: `${jwt} addTo=query`,
    check: jwtCheck,
    wrong: jwtWrong,
    replay: [`${jwt.replace('"ada"', '"ada","jti":"again"')} addTo=query`, /replay/],
  },
  {
    name: 'jwt in header, ES256',
    variant: true,
    auth: `jwt algorithm=ES256 payload={"sub":"ada"} expiresIn="5 m" includeJwtId=true\n#   privateKey = < ./demo-key.pem`,
    check: jwtCheck,
    wrong: [['a wrong key', ['demo-key', 'other-key'], {}, /SIGNATURE_VERIFICATION_FAILED/]],
  },
  {
    name: 'asap',
    auth: asap,
    check: asapCheck,
    wrong: [
      ['a wrong key', ['demo-key', 'other-key'], {}, /SIGNATURE_VERIFICATION_FAILED/],
      ['a wrong audience', ['aud=demo-api', 'aud=another'], {}, /ERR_JWT_CLAIM_VALIDATION_FAILED/],
      ['a clock that is late', undefined, hours(-2), /expired.*ahead of/],
    ],
    replay: [`${asap}\n#   jwtId = once`, /replay/],
  },
  {
    name: 'digest, SHA-256',
    auth: digest,
    check: digestCheck,
    challenges: true,
    wrong: digestWrong,
  },
  {
    name: 'digest, SHA-512-256-sess with auth-int',
    auth: digest,
    check: digestVerdict(
      createDigestVerifier({
        username: 'ada',
        password: credentials.password,
        algorithm: 'SHA-512-256-sess',
        qop: 'auth-int',
      }),
    ),
    challenges: true,
    wrong: [
      ...digestWrong,
      ['a changed body', undefined, otherBody, /the user name or the password is wrong/],
      ['a changed method', undefined, otherMethod, /the user name or the password is wrong/],
    ],
  },
  {
    name: 'digest, MD5 as of RFC 2069',
    variant: true,
    auth: digest,
    check: digestVerdict(createDigestVerifier({ username: 'ada', password: credentials.password, qop: '' })),
    challenges: true,
    wrong: digestWrong,
  },
  {
    name: 'ntlm',
    auth: 'ntlm username=DEMO\\ada password={{password}}',
    check: ntlmCheck,
    challenges: true,
    wrong: [
      ['a wrong password', ['{{password}}', 'no'], {}, /did not accept “DEMO\\ada”.*password.*tried once only/],
      ['a wrong user', ['\\ada', '\\bob'], {}, /did not accept “DEMO\\bob”/],
    ],
  },
];
