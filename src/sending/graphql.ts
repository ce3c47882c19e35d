import { CountersignError } from '../core/errors.ts';
import type { Place } from '../core/place.ts';

/**
 * The JSON body of a GraphQL request over HTTP from a body written as the query and, after a blank line, a JSON object
 * of variables.
 * @throws CountersignError `invalid-request` where the variables are no JSON object
 * @see https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters
 */
export function graphqlBody(text: string, place: Place): string {
  for (const { index } of text.matchAll(/\{\s*["}]/g)) {
    const query = beforeBlankLine(text, index);
    if (query === undefined) continue;
    try {
      return payload(query, JSON.parse(text.slice(index)));
    } catch (cause) {
      throw new CountersignError('invalid-request', 'The variables of the GraphQL request are not valid JSON.', {
        place,
        cause,
      });
    }
  }
  return payload(text, undefined);
}

/** What stands before a blank line that ends at that place; undefined where none does. */
function beforeBlankLine(text: string, end: number): string | undefined {
  let start = end;
  while (start > 0 && /\s/.test(text.charAt(start - 1))) start--;
  return start > 0 && text.slice(start, end).split('\n').length > 2 ? text.slice(0, start) : undefined;
}

function payload(query: string, variables: unknown): string {
  const operations = [...query.matchAll(/^[ \t]*(?:query|mutation|subscription)\s+(\w+)/gm)].map(match => match[1]);
  return JSON.stringify({
    query: query.trim(),
    ...(operations.length === 1 ? { operationName: operations[0] } : {}),
    ...(variables === undefined ? {} : { variables }),
  });
}
