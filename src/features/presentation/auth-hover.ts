import { basename } from 'node:path';
import type { TrailStep } from '../../auth/inheritance.ts';
import { findScheme } from '../../auth/schemes/index.ts';
import type { CountersignError } from '../../core/errors.ts';
import { code, escaped } from '../../core/markdown.ts';
import type { AuthDecision } from '../../sending/auth-in-force.ts';
import { type ExplainedPart, explainRequest, originSentence, tlsSentences } from '../../sending/explain.ts';
import type { Preview } from '../../sending/preview.ts';
import type { LinkTo } from './hover.ts';

/** A generated part of a request, for showing. */
export interface HiddenPart {
  /** `header`, or where else it goes. */
  readonly in: 'header' | 'query';
  readonly name: string;
  /** Secrets masked. */
  readonly value: string;
  /** Where it comes from, a sentence without full stop. */
  readonly origin: string;
}

/** A request as far as it could be computed. */
export type ComputedRequest = Pick<Preview, 'request' | 'place' | 'pending' | 'tls'>;

/** The parts of a request that the document doesn’t show, as they would be sent. */
export function hiddenParts({ request, place }: ComputedRequest): readonly HiddenPart[] {
  const { headers, query } = explainRequest(request, place, false);
  const part = (where: HiddenPart['in']) => (explained: ExplainedPart) => ({
    in: where,
    name: explained.name,
    value: explained.value,
    origin: originSentence(explained.name, explained.origin, place.file),
  });
  return [
    ...headers.filter(({ hidden }) => hidden).map(part('header')),
    ...query.filter(({ hidden }) => hidden).map(part('query')),
  ];
}

/** The authorization in force and the way to it, in Markdown. */
export function authHover({ statement, from, trail, shorthand }: AuthDecision, linkTo: LinkTo): string {
  const name = statement ? (findScheme(statement.scheme)?.label ?? statement.scheme) : 'No Auth';
  const where = from ? `, from [${escaped(basename(from.file))}, line ${from.line}](${linkTo(from)})` : '';
  const head = shorthand
    ? `**Authorization: ${escaped(name)}**, from the request itself`
    : `**Authorization: ${escaped(name)}**${where}`;
  return [head, trail.map(step => `- ${said(step, linkTo)}`).join('\n')].filter(text => text !== '').join('\n\n');
}

const levelNames = { request: 'Request', file: 'File', folder: 'Folder', collection: 'Collection' } as const;

function said({ level, file, line, said: statement }: TrailStep, linkTo: LinkTo): string {
  const who = `${levelNames[level]}${level === 'request' ? '' : ` (${escaped(basename(file))})`}`;
  if (statement === undefined || line === undefined) return `${who} says nothing`;
  const what = statement === 'inherit' ? 'inherit' : statement === 'none' ? 'no auth' : escaped(statement);
  return `${who} says [${what}](${linkTo({ file, line })})`;
}

/** The generated parts with their origins, in Markdown. */
export function hiddenPartsHover(preview: ComputedRequest): string {
  const parts = hiddenParts(preview);
  const lines = parts.map(({ in: where, name, value, origin }) => {
    const shown = where === 'query' ? `?${name}=${value}` : `${name}: ${value}`;
    return `- ${code(shown)} ${escaped(origin)}`;
  });
  const overridden = preview.request.overridden.map(({ name }) => {
    return `- ~~${escaped(name)}~~ is written here and not sent: the authorization sets it`;
  });
  const tls = (preview.tls ? tlsSentences(preview.tls) : []).map(sentence => `- ${escaped(sentence)}`);
  const pending = preview.pending.map(clause => `- Pending: ${escaped(clause)}`);
  return [`**${hiddenCount(parts)}**`, [...lines, ...overridden, ...tls, ...pending].join('\n')].join('\n\n');
}

/** `7 hidden headers`, as the inlay hint and the hover call them. */
export function hiddenCount(parts: readonly HiddenPart[]): string {
  const headers = parts.filter(part => part.in === 'header').length;
  const query = parts.length - headers;
  const count = (number: number, one: string): string => `${number} hidden ${one}${number === 1 ? '' : 's'}`;
  return query === 0 ? count(headers, 'header') : `${count(headers, 'header')}, ${count(query, 'parameter')}`;
}

/** Why the request can’t be computed, in Markdown. */
export function failureHover({ message, hint }: CountersignError): string {
  return `**Not sent as it is:** ${escaped(message)}${hint ? ` ${escaped(hint)}` : ''}`;
}
