import { CountersignError } from '../core/errors.ts';
import type { Place } from '../core/place.ts';

/**
 * The JSON body of a GraphQL request over HTTP from a body written as the query and, after a blank line, a JSON object
 * of variables.
 * @throws CountersignError `invalid-request` where the variables are no JSON object
 * @see https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters
 */
export function graphqlBody(text: string, place: Place): string {
  const split = /\r?\n[ \t]*\r?\n\s*(?=\{)/g;
  for (let match = split.exec(text); match; match = split.exec(text)) {
    const tail = text.slice(match.index + match[0].length).trim();
    if (!/^\{\s*("|\})/.test(tail)) continue;
    try {
      return payload(text.slice(0, match.index), JSON.parse(tail));
    } catch (cause) {
      throw new CountersignError('invalid-request', 'The variables of the GraphQL request are not valid JSON.', {
        place,
        cause,
      });
    }
  }
  return payload(text, undefined);
}

function payload(query: string, variables: unknown): string {
  const operations = [...query.matchAll(/^\s*(?:query|mutation|subscription)\s+(\w+)/gm)].map(match => match[1]);
  return JSON.stringify({
    query: query.trim(),
    ...(operations.length === 1 ? { operationName: operations[0] } : {}),
    ...(variables === undefined ? {} : { variables }),
  });
}
