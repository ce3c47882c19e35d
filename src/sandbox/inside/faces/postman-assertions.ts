import type { Loose } from '../host.ts';
import { library } from '../libraries.ts';

/** What Postman adds to Chai: assertions over responses. @see https://github.com/postmanlabs/chai-postman */

const classes: Readonly<Record<string, number>> = {
  info: 1,
  success: 2,
  redirection: 3,
  clientError: 4,
  serverError: 5,
};
const codes: Readonly<Record<string, number>> = {
  accepted: 202,
  badRequest: 400,
  unauthorized: 401,
  unauthorised: 401,
  forbidden: 403,
  notFound: 404,
  notAcceptable: 406,
  rateLimited: 429,
};

const isResponse = (value: Loose): boolean =>
  typeof value?.code === 'number' && typeof value?.headers?.has === 'function';

/** A value inside a document, `a.b[0].c`. */
function inside(document: Loose, path: string): { readonly found: boolean; readonly value: Loose } {
  let value = document;
  for (const step of path
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter(Boolean)) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, step))
      return { found: false, value: undefined };
    value = value[step];
  }
  return { found: true, value };
}

/** Why a document isn't of a schema; undefined where it is. */
export function schemaFault(document: unknown, schema: Loose, options?: Loose): string | undefined {
  const Ajv = library('ajv').default;
  const { $schema, ...rest } = typeof schema === 'object' && schema !== null ? schema : { $schema: undefined };
  // Drafts older than the validator's own are read as what they have in common.
  const known = typeof $schema === 'string' && /draft-0[467]|draft-0[67]/.test($schema) ? rest : schema;
  const validator = new Ajv({ strict: false, allErrors: true, logger: false, validateFormats: false, ...options });
  const validate = validator.compile(known);
  return validate(document) ? undefined : validator.errorsText(validate.errors, { dataVar: 'data' });
}

export function extendChai(chai: Loose): Loose {
  chai.use(({ Assertion }: Loose, utils: Loose) => {
    const subject = (assertion: Loose): Loose => {
      const value = utils.flag(assertion, 'object');
      if (!isResponse(value)) throw new chai.AssertionError('expected a response');
      return value;
    };
    const property = (name: string, check: (assertion: Loose, response: Loose) => void): void =>
      Assertion.addProperty(name, function (this: Loose) {
        check(this, subject(this));
      });
    for (const [name, first] of Object.entries(classes)) {
      property(name, (assertion, { code }) =>
        assertion.assert(
          Math.floor(code / 100) === first,
          `expected response code to be ${first}XX but found ${code}`,
          `expected response code to not be ${first}XX but found ${code}`,
        ),
      );
    }
    for (const [name, wanted] of Object.entries(codes)) {
      property(name, (assertion, { code }) =>
        assertion.assert(
          code === wanted,
          `expected response to have status code ${wanted} but got ${code}`,
          `expected response to not have status code ${wanted}`,
        ),
      );
    }
    property('error', (assertion, { code }) =>
      assertion.assert(
        code >= 400 && code < 600,
        `expected response code to be 4XX or 5XX but found ${code}`,
        `expected response code to not be 4XX or 5XX but found ${code}`,
      ),
    );
    property('json', (assertion, response) => {
      let fault = '';
      try {
        response.json();
      } catch (error) {
        fault = (error as Error).message;
      }
      assertion.assert(
        fault === '',
        `expected response body to be a valid json but got error ${fault}`,
        'expected response body not to be a valid json',
      );
    });
    property('withBody', (assertion, response) => {
      const text = response.text();
      assertion.assert(
        text.length > 0,
        'expected response to have content in body',
        'expected response to not have content in body',
      );
    });
    const ok = Object.getOwnPropertyDescriptor(Assertion.prototype, 'ok')?.get;
    Assertion.overwriteProperty(
      'ok',
      (before: Loose) =>
        function (this: Loose) {
          const value = utils.flag(this, 'object');
          if (!isResponse(value)) return (before ?? ok).call(this);
          this.assert(
            value.code === 200,
            `expected response to have status reason 'OK' but got '${value.status}'`,
            "expected response to not have status reason 'OK'",
          );
        },
    );
    Assertion.addMethod('status', function (this: Loose, wanted: unknown) {
      const { code, status } = subject(this);
      const holds = typeof wanted === 'number' ? code === wanted : status === wanted;
      const [what, got] = typeof wanted === 'number' ? ['code', code] : ['reason', `'${status}'`];
      const shown = typeof wanted === 'number' ? wanted : `'${wanted}'`;
      this.assert(
        holds,
        `expected response to have status ${what} ${shown} but got ${got}`,
        `expected response to not have status ${what} ${shown}`,
      );
    });
    Assertion.addMethod('header', function (this: Loose, name: string, wanted?: unknown) {
      const { headers } = subject(this);
      const has = headers.has(name);
      if (wanted === undefined)
        this.assert(
          has,
          `expected response to have header with key '${name}'`,
          `expected response to not have header with key '${name}'`,
        );
      else {
        const got = headers.get(name);
        this.assert(
          got === wanted,
          `expected '${name}' response header to be '${wanted}' but got '${got}'`,
          `expected '${name}' response header to not be '${wanted}'`,
        );
      }
    });
    Assertion.addMethod('body', function (this: Loose, wanted?: Loose) {
      const text = subject(this).text();
      if (wanted === undefined)
        return this.assert(
          text.length > 0,
          'expected response to have content in body',
          'expected response to not have content in body',
        );
      if (wanted instanceof RegExp)
        return this.assert(
          wanted.test(text),
          `expected response body text to match ${wanted}`,
          `expected response body text to not match ${wanted}`,
        );
      if (typeof wanted === 'object') return new Assertion(subject(this).json()).to.eql(wanted);
      this.assert(
        text === wanted,
        `expected response body to equal '${wanted}' but got '${text}'`,
        `expected response body to not equal '${wanted}'`,
      );
    });
    Assertion.addMethod('jsonBody', function (this: Loose, path?: Loose, wanted?: unknown) {
      const document = subject(this).json();
      if (path === undefined)
        return this.assert(
          document !== undefined,
          'expected response body to be json',
          'expected response body not to be json',
        );
      if (typeof path === 'object') return new Assertion(document).to.eql(path);
      const { found, value } = inside(document, path);
      if (wanted === undefined)
        this.assert(
          found,
          `expected response body to contain '${path}'`,
          `expected response body to not contain '${path}'`,
        );
      else
        this.assert(
          found && utils.eql(value, wanted),
          `expected response body json at '${path}' to equal ${JSON.stringify(wanted)} but got ${JSON.stringify(value)}`,
          `expected response body json at '${path}' to not equal ${JSON.stringify(wanted)}`,
        );
    });
    Assertion.addMethod('jsonSchema', function (this: Loose, schema: Loose, options?: Loose) {
      const value = utils.flag(this, 'object');
      const fault = schemaFault(isResponse(value) ? value.json() : value, schema, options);
      this.assert(
        fault === undefined,
        `expected data to satisfy schema but found following errors: \n${fault}`,
        'expected data to not satisfy schema',
      );
    });
    Assertion.addMethod('responseTime', function (this: Loose, wanted: number) {
      const { responseTime } = subject(this);
      this.assert(
        responseTime === wanted,
        `expected response time ${responseTime} to be ${wanted}`,
        `expected response time not to be ${wanted}`,
      );
    });
  });
  return chai;
}
