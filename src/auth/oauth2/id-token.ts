import * as oauth from 'oauth4webapi';
import type { ObtainedToken } from '../tokens/token-flow.ts';
import { jwtClaims } from './identity.ts';
import type { OAuth2Client } from './oauth2-client.ts';

/** A token response as the library takes it, and what it says of who signed in. */
export interface ConformResponse {
  readonly conform: oauth.TokenEndpointResponse;
  readonly idToken: Pick<ObtainedToken, 'idToken' | 'idTokenProof'>;
}

const anyTokenType: oauth.RecognizedTokenTypes = new Proxy({}, { get: () => () => {} });

/**
 * The library's own judgement of a token response. An ID token of another issuer or client, another sign-in (nonce), out
 * of its time or with a wrong signature is put on record and not kept; the access token does not rest on it.
 * @param clockAhead milliseconds by which this machine's clock is ahead of the server's
 * @see OpenID Connect Core 1.0 §3.1.3.7
 */
export async function conformResponse(
  client: OAuth2Client,
  self: oauth.Client,
  body: Readonly<Record<string, unknown>>,
  nonce: string | undefined,
  clockAhead = 0,
): Promise<ConformResponse> {
  const { server, session, settings } = client;
  const { id_token: idToken, ...rest } = body;
  const options = { recognizedTokenTypes: anyTokenType };
  const plain = (): Promise<oauth.TokenEndpointResponse> =>
    oauth.processGenericTokenEndpointResponse(server, self, Response.json(rest), options);
  if (typeof idToken !== 'string') return { conform: await plain(), idToken: {} };

  const refuse = async (reason: string): Promise<ConformResponse> => {
    session.note('token', String(server.token_endpoint), [`The ID token is not valid and is not kept: ${reason}.`]);
    return { conform: await plain(), idToken: {} };
  };
  if (settings.issuer === undefined || server.issuer.includes('{')) {
    // Without an issuer there is nothing to compare with; the nonce tells other sign-ins all the same.
    if (nonce !== undefined && jwtClaims(idToken)?.nonce !== nonce) return refuse('it belongs to another sign-in');
    const reason = settings.issuer === undefined ? 'issuer-unknown' : 'issuer-template';
    return { conform: await plain(), idToken: { idToken, idTokenProof: { verified: false, reason } } };
  }
  const response = Response.json(body);
  const timed = { ...self, [oauth.clockSkew]: -Math.round(clockAhead / 1000) };
  let conform: oauth.TokenEndpointResponse;
  try {
    conform =
      nonce === undefined
        ? await oauth.processGenericTokenEndpointResponse(server, timed, response, options)
        : await oauth.processAuthorizationCodeResponse(server, timed, response, { ...options, expectedNonce: nonce });
  } catch (error) {
    return refuse(said(error));
  }
  const idTokenProof = await signatureProof(client, response);
  return 'forged' in idTokenProof ? refuse(idTokenProof.forged) : { conform, idToken: { idToken, idTokenProof } };
}

type Proof = NonNullable<ObtainedToken['idTokenProof']>;

/** Checks the signature with the issuer's keys, where the metadata name them and they can be had. */
async function signatureProof(
  { server, session, keys }: OAuth2Client,
  processed: Response,
): Promise<Proof | { readonly forged: string }> {
  if (server.jwks_uri === undefined) return { verified: false, reason: 'no-keys' };
  try {
    await oauth.validateApplicationLevelSignature(server, processed, {
      [oauth.allowInsecureRequests]: true,
      ...(keys ? { [oauth.jwksCache]: keys } : {}),
      [oauth.customFetch]: async (url, { headers }) => {
        const asked = { purpose: 'keys', method: 'GET', url, headers: Object.entries(headers) } as const;
        const { status, headers: answered, text } = await session.exchange(asked);
        return new Response(text, { status, headers: answered });
      },
    });
    return { verified: true };
  } catch (error) {
    if (session.signal.aborted) throw error;
    const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
    const forged =
      code === oauth.INVALID_RESPONSE && typeof cause === 'object' && cause !== null && 'signature' in cause;
    if (forged) return { forged: said(error) };
    if (code === oauth.UNSUPPORTED_OPERATION) return { verified: false, reason: 'algorithm' };
    return { verified: false, reason: code === oauth.KEY_SELECTION ? 'no-such-key' : 'keys-unavailable' };
  }
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));
