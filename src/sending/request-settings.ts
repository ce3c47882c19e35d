import { parseDuration } from '../auth/values.ts';
import { CountersignError } from '../core/errors.ts';
import type { Place } from '../core/place.ts';
import type { Block } from '../language/syntax-tree.ts';

/** What the directives of a request, over those of its file, say about how it is sent. Times in milliseconds. */
export interface RequestSettings {
  readonly timeout?: number;
  readonly connectionTimeout?: number;
  readonly insecure: boolean;
  readonly followRedirects: boolean;
  /** A body that holds a secret, a credential or a file may follow a redirect to another origin. */
  readonly followBody: boolean;
  /** The response is received however much it unpacks to. */
  readonly unlimitedResponse: boolean;
  /** The written Content-Length goes out even where it is not the length of the body. */
  readonly rawLength: boolean;
  readonly cookieJar: boolean;
  readonly disabled: boolean;
  /** The person is asked before it is sent; the text, empty where the directive has none. */
  readonly note?: string;
  /** What `--include` and `--exclude` of a run choose by; those of all levels. */
  readonly tags: readonly string[];
  readonly prompts: readonly { readonly name: string; readonly description: string | undefined }[];
}

const defaults: RequestSettings = {
  insecure: false,
  followRedirects: true,
  followBody: false,
  rawLength: false,
  unlimitedResponse: false,
  cookieJar: true,
  disabled: false,
  tags: [],
  prompts: [],
};

/**
 * The settings of a request.
 * @param blocks what speaks for it, outermost first: file blocks, then its own
 * @throws CountersignError `invalid-value` for a duration that is none
 */
export function requestSettings(
  blocks: readonly Block[],
  placeOf: (block: Block, line: number) => Place,
): RequestSettings {
  let settings = defaults;
  let fault: CountersignError | undefined;
  for (const block of blocks) {
    for (const directive of block.directives) {
      const text = directive.value.text;
      const on = text !== 'false';
      const milliseconds = (): number => {
        const seconds = parseDuration(text);
        if (seconds !== undefined) return seconds * 1000;
        fault ??= new CountersignError('invalid-value', `“@${directive.name.text} ${text}” is no duration.`, {
          place: placeOf(block, directive.line),
          hint: 'Write it as 10 s, 500 ms or 2 m.',
        });
        return 0;
      };
      switch (directive.name.text.toLowerCase()) {
        case 'timeout':
          settings = { ...settings, timeout: milliseconds() };
          break;
        case 'connection-timeout':
          settings = { ...settings, connectionTimeout: milliseconds() };
          break;
        case 'insecure':
        case 'no-reject-unauthorized':
          settings = { ...settings, insecure: on };
          break;
        case 'no-redirect':
          settings = { ...settings, followRedirects: !on };
          break;
        case 'follow-body':
          settings = { ...settings, followBody: on };
          break;
        case 'no-response-limit':
          settings = { ...settings, unlimitedResponse: on };
          break;
        case 'raw-length':
          settings = { ...settings, rawLength: on };
          break;
        case 'no-cookie-jar':
          settings = { ...settings, cookieJar: !on };
          break;
        case 'disabled':
          settings = { ...settings, disabled: on };
          break;
        case 'note':
          settings = { ...settings, note: text };
          break;
        case 'tag':
          settings = { ...settings, tags: [...settings.tags, ...text.split(/[\s,]+/).filter(Boolean)] };
          break;
        case 'prompt': {
          const [, name = '', description] = /^(\S+)\s*(.*)$/s.exec(text) ?? [];
          if (name)
            settings = { ...settings, prompts: [...settings.prompts, { name, description: description || undefined }] };
          break;
        }
      }
    }
  }
  // A request that is switched off is left out, whatever else is wrong with it.
  if (fault && !settings.disabled) throw fault;
  return settings;
}
