import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as vscode from 'vscode';
import { decodeText } from '../core/charset.ts';
import { CountersignError } from '../core/errors.ts';
import type { StoredBody } from '../core/exchange.ts';
import { MASK } from '../core/request.ts';
import type { BodyKind } from '../features/presentation/media-type.ts';
import { extensionFor, sniffKind } from '../features/presentation/media-type.ts';
import type { BodyModel, Redact } from '../features/presentation/response-model.ts';
import { tellBriefly } from './notices.ts';
import type { ResponseRecord } from './response-history.ts';

/** More than this is neither copied to the clipboard nor opened as an untitled document. */
const largestText = 50 * 1024 * 1024;

const languages: Readonly<Partial<Record<string, string>>> = {
  json: 'json',
  xml: 'xml',
  svg: 'xml',
  html: 'html',
  css: 'css',
  js: 'javascript',
  md: 'markdown',
  yaml: 'yaml',
};

/** Asks where to, and writes the whole body there. */
export async function saveBody(record: ResponseRecord): Promise<void> {
  const body = bodyOf(record);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = fileNameFor(record, await kindOf(record, body));
  const target = await vscode.window.showSaveDialog({
    title: 'Save Response Body',
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {}),
  });
  if (!target) return;
  if (target.scheme === 'file') await writeTo(target.fsPath, body);
  else await vscode.workspace.fs.writeFile(target, await allBytes(body));
  tellBriefly(4000, 'Saved {0}', target.fsPath);
}

export async function copyBody(record: ResponseRecord): Promise<void> {
  const body = bodyOf(record);
  if ((await kindOf(record, body)) === 'binary' || record.model.body?.kind === 'image') {
    throw new CountersignError('too-large', 'A binary body can’t be copied as text: save it instead.');
  }
  await vscode.env.clipboard.writeText(decode(await allBytes(body), record));
  tellBriefly(3000, 'Body copied.');
}

/** Opens the body as an untitled document, or as a temporary file where it is an image or too large for that. */
export async function openBody(record: ResponseRecord): Promise<void> {
  const body = bodyOf(record);
  const kind = await kindOf(record, body);
  if (kind !== 'image' && kind !== 'binary' && body.size <= 5 * 1024 * 1024) {
    const language = languages[extensionFor(record.model.body?.mediaType ?? '', kind)] ?? 'plaintext';
    const content = decode(await allBytes(body), record);
    const document = await vscode.workspace.openTextDocument({ content, language });
    await vscode.window.showTextDocument(document, { preview: false });
    return;
  }
  const file = join(await temporaryFolder(), fileNameFor(record, kind));
  await writeTo(file, body);
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
}

/** The bytes of a body with its secrets masked, and how they are to be decoded; undefined where there are none in it. */
export function maskedBody(
  bytes: Uint8Array,
  { kind, charset }: BodyModel,
  redact: Redact,
): { readonly bytes: Uint8Array; readonly charset: string } | undefined {
  if (kind === 'image') return undefined;
  const binary = (kind === 'binary' ? sniffKind(bytes) : kind) === 'binary';
  const text = decodeText(bytes, binary ? 'latin1' : charset);
  const masked = redact(text);
  if (masked === text) return undefined;
  return binary
    ? { bytes: Buffer.from(masked.replaceAll(MASK, '***'), 'latin1'), charset }
    : { bytes: Buffer.from(masked), charset: 'utf-8' };
}

let folder: Promise<string> | undefined;

async function temporaryFolder(): Promise<string> {
  const { mkdtemp } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  folder ??= mkdtemp(join(tmpdir(), 'countersign-body-'));
  return folder;
}

/** Deletes what `openBody` wrote. */
export async function deleteOpenedBodies(): Promise<void> {
  if (folder) await rm(await folder, { recursive: true, force: true });
}

async function writeTo(path: string, body: StoredBody): Promise<void> {
  await pipeline(Readable.from(body.open()), createWriteStream(path, { mode: 0o600 }));
}

function bodyOf({ exchange }: ResponseRecord): StoredBody {
  const body = exchange.response?.body;
  if (!body) throw new CountersignError('io', 'The response has no body.');
  return body;
}

async function kindOf({ model }: ResponseRecord, body: StoredBody): Promise<BodyKind> {
  const kind = model.body?.kind ?? 'binary';
  return kind === 'binary' ? sniffKind(await body.start(4096)) : kind;
}

function decode(bytes: Uint8Array, { model }: ResponseRecord): string {
  return decodeText(bytes, model.body?.charset ?? 'utf-8');
}

async function allBytes(body: StoredBody): Promise<Uint8Array> {
  if (body.bytes) return body.bytes;
  if (body.size > largestText) {
    throw new CountersignError('too-large', 'The body is too large for this: save it instead.');
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of body.open()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A name made of the URL's last segment or the request's title. */
function fileNameFor({ model, subject }: ResponseRecord, kind: BodyKind): string {
  const extension = extensionFor(model.body?.mediaType ?? '', kind);
  const path = URL.parse(model.url)?.pathname ?? '';
  const last = path.split('/').at(-1) ?? '';
  if (/^[\w.-]{1,80}\.\w{1,8}$/.test(last)) return last;
  const plain = (last || subject.title).replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^-|-$/g, '');
  return `${plain.slice(0, 60) || 'response'}.${extension}`;
}
