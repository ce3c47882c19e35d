import { parse as parseQuery } from 'node:querystring';
import { type Check, headerOf } from '../check.ts';
import { credentials } from '../credentials.ts';

/** The key, as `X-API-Key` header, `api_key` parameter or `api_key` cookie: in exactly one of them. */
export const check: Check = request => {
  const cookies = (headerOf(request, 'cookie') ?? '').split(/; */).map(pair => pair.split('='));
  const found = [
    ['header', headerOf(request, 'x-api-key')],
    ['query', parseQuery(request.url.search.slice(1)).api_key],
    ['cookie', cookies.find(([name]) => name === 'api_key')?.[1]],
  ].filter(([, value]) => value !== undefined);
  const [place, value] = found[0] ?? [];
  if (found.length > 1) return { ok: false, status: 400, detail: 'the key came more than once' };
  if (value === undefined) return { ok: false, detail: 'no API key' };
  if (value !== credentials.apiKey) return { ok: false, status: 403, detail: `a wrong API key in the ${place}` };
  return { ok: true, user: credentials.user, detail: `the API key in the ${place}` };
};
