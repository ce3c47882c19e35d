/** Requests as people write them: every method with every query, and every body with every method that carries one. */

export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

const queries: Readonly<Record<string, string>> = {
  none: '',
  'a lone question mark': '?',
  'repeated keys': '?b=2&a=2&a=1&b=1',
  'empty values': '?a=&b&c=&=d',
  plus: '?q=a+b&c=1%2B1',
  percent: '?p=50%25&q=%7Euser&r=%2f%2F&bare=100%',
  semicolon: '?a=1;b=2&c=%3B',
  'non-ASCII': '?name=Jürgen&ሴ=😀&k=J%C3%BCrgen',
  unsorted: '?z=1&Z=2&a=3&A=4&a-b=5&ab=6&a=10&a=9',
  'an apostrophe': "?x='q'",
  reserved: '?x=!*()&y=:@,$&url=https://example.com/?q',
  illegal: '?x={"a": [1, 2]}&y=a|b^c`',
};

const paths: Readonly<Record<string, string>> = {
  'of the root': '/',
  'with what a URL cannot hold': '/ä ö/{id}',
  'encoded in its own way': '/a%2Fb/%e4%b8%ad/~user/(x)!*/+',
};

interface WrittenBody {
  readonly type?: string;
  readonly text: string;
}

const bodies: Readonly<Record<string, WrittenBody>> = {
  empty: { type: 'text/plain', text: '' },
  JSON: { type: 'application/json', text: '{"a": 1, "b": [true, "ä"]}' },
  urlencoded: {
    type: 'application/x-www-form-urlencoded',
    text: 'a=1&b=two+words\n  &b=%C3%A9%25\n  &c=&d&e=%3B%2B;&ü=ß',
  },
  multipart: {
    type: 'multipart/form-data; boundary=xyz',
    text: '--xyz\nContent-Disposition: form-data; name="note"\n\ngrün\n--xyz\nContent-Disposition: form-data; name="f"; filename="a.bin"\n\n< ./bytes.bin\n--xyz--',
  },
  'non-ASCII': { type: 'text/plain; charset=utf-8', text: 'größe 大 😀' },
  file: { type: 'application/octet-stream', text: '< ./bytes.bin' },
  'of no type': { text: 'plain' },
};

export interface WrittenRequest {
  readonly what: string;
  /** Request line, headers and body, to follow an `@auth` directive. */
  readonly text: string;
}

export const wireFiles: Readonly<Record<string, Uint8Array>> = {
  'bytes.bin': Uint8Array.from({ length: 70_000 }, (_, index) => index % 256),
  'ten-megabytes.bin': new Uint8Array(10_485_760).fill(97),
};

let count = 0;

function written(method: string, address: string, body?: WrittenBody): string {
  // What tells two requests apart that are otherwise signed alike in one second.
  const mark = `X-Case: ${++count}\n`;
  const type = body?.type === undefined ? '' : `Content-Type: ${body.type}\n`;
  return `${method} {{url}}${address}\n${mark}${type}${body ? `\n${body.text}\n` : ''}`;
}

function everyRequest(): readonly WrittenRequest[] {
  const list: WrittenRequest[] = [];
  for (const method of methods) {
    for (const [name, query] of Object.entries(queries)) {
      list.push({ what: `${method} with the query: ${name}`, text: written(method, `/things/1${query}`) });
    }
    for (const [name, path] of Object.entries(paths)) {
      list.push({ what: `${method} with a path ${name}`, text: written(method, `${path}?b=1&a=2`) });
    }
    for (const [name, body] of method === 'GET' ? [] : Object.entries(bodies)) {
      list.push({ what: `${method} with the body: ${name}`, text: written(method, '/things?b=2&a=1+1', body) });
    }
  }
  const large = { type: 'application/octet-stream', text: '< ./ten-megabytes.bin' };
  list.push({ what: 'POST of 10 MB', text: written('POST', '/large', large) });
  return list;
}

const table = everyRequest();

/** The requests that a scheme is tried with: of a variant of one that is tested whole, every third says enough. */
export function wireRequestsFor(scheme: {
  readonly variant?: true;
  readonly except?: RegExp;
}): readonly WrittenRequest[] {
  return table.filter(({ what }, index) => !scheme.except?.test(what) && (!scheme.variant || index % 3 === 0));
}
