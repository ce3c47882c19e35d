import { type Check, headerOf } from '../check.ts';
import { credentials } from '../credentials.ts';
import { arrived } from '../verifiers/arrived.ts';
import { recomputeEdgeGrid } from '../verifiers/edgegrid.ts';

const { accessToken, clientToken, clientSecret } = credentials.edgegrid;
const recompute = recomputeEdgeGrid(clientSecret);

export const check: Check = request => {
  const sent = headerOf(request, 'authorization') ?? '';
  if (!sent.startsWith('EG1-HMAC-SHA256 ')) return { ok: false, detail: 'no EdgeGrid signature' };
  if (!sent.includes(`client_token=${clientToken};`))
    return { ok: false, detail: 'Invalid authorization client token' };
  if (!sent.includes(`access_token=${accessToken};`))
    return { ok: false, detail: 'Invalid authorization access token' };
  const wrong = recompute(arrived(request));
  return wrong ? { ok: false, detail: wrong } : { ok: true, user: credentials.user, detail: 'a good signature' };
};
