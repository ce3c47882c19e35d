import { CountersignError } from '../../core/errors.ts';
import { type Body, type HttpRequest, type Origin, type Part, textBody } from '../../core/request.ts';
import type { WireRecord } from '../../core/wire-record.ts';
import { toCurl } from './curl.ts';
import type { Shell } from './shell-words.ts';

const written: Origin = { by: 'file', file: '', line: 0 };

/** A request that went over the wire as a curl command that sends the same. @throws CountersignError `invalid-value` */
export function wireToCurl(record: WireRecord, options: { readonly shell: Shell; readonly secrets: boolean }): string {
  const { method, url, fields } = record;
  const headers = fields
    .filter(({ name }) => !/^(?::.*|host|content-length|transfer-encoding|connection)$/i.test(name))
    .map((field): Part => ({ ...field, origin: /^accept-encoding$/i.test(field.name) ? { by: 'client' } : written }));
  const body = bodyOf(record);
  const request: HttpRequest = {
    ...{ method, url: url.value, headers, query: [], cookies: [], overridden: [], body },
    ...(url.masked === undefined ? {} : { maskedUrl: url.masked }),
  };
  const insecure = record.connection?.tls?.verified === false;
  return toCurl(request, { ...options, auth: undefined, tls: undefined, followRedirects: false, insecure });
}

function bodyOf({ body }: WireRecord): Body | undefined {
  if (!body || body.size === 0) return undefined;
  const [file, another] = body.files ?? [];
  const text = Buffer.from(body.start).toString('utf8');
  if (file !== undefined && another === undefined && text === `‹${file}›`) {
    return { length: body.size, file, open: () => nothing() };
  }
  if (file !== undefined || (body.size !== undefined && body.size > body.start.byteLength)) {
    throw new CountersignError('invalid-value', 'The body is not kept as a whole, so it can’t be copied as cURL.', {
      hint: 'Copy the request of the file as cURL.',
    });
  }
  return textBody(text, body.masked);
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
