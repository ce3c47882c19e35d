import * as vscode from 'vscode';

/** Type of the response panel's webview. */
export const responseViewType = 'countersign.response';

/** Type of the Authorization panel's webview. */
export const authorizationViewType = 'countersign.authorization';

/** The person's settings, read when they are needed. */
export interface Settings {
  /** Milliseconds; none where undefined. */
  readonly timeout: number | undefined;
  readonly followRedirects: boolean;
  readonly verifyCertificates: boolean;
  readonly certificates: Readonly<Record<string, CertificateSetting>>;
  readonly authorities: readonly string[];
  readonly systemCertificates: boolean;
  readonly http2: boolean;
  readonly proxy: {
    readonly url: string | undefined;
    readonly authorization: string | undefined;
    readonly bypass: readonly string[];
    readonly strictSSL: boolean;
    /** `off`: no proxy whatever the environment says. */
    readonly support: string;
  };
  readonly memoryLimit: number;
}

/** A client certificate for a host: paths of PEM files or of one PFX file. */
export interface CertificateSetting {
  readonly cert?: string;
  readonly key?: string;
  readonly pfx?: string;
  /** `{{$secret name}}` is the only form in which it may be stated. */
  readonly passphrase?: string;
}

export function readSettings(scope?: vscode.Uri): Settings {
  const own = vscode.workspace.getConfiguration('countersign', scope);
  const http = vscode.workspace.getConfiguration('http', scope);
  const seconds = own.get<number>('timeout', 120);
  return {
    timeout: seconds > 0 ? seconds * 1000 : undefined,
    followRedirects: own.get('followRedirects', true),
    verifyCertificates: own.get('verifyCertificates', true),
    certificates: own.get('certificates', {}),
    authorities: own.get('certificateAuthorities', []),
    systemCertificates: http.get('systemCertificates', true),
    http2: own.get('http2', true),
    proxy: {
      url: http.get<string>('proxy') || undefined,
      authorization: http.get<string>('proxyAuthorization') || undefined,
      bypass: http.get<readonly string[]>('noProxy', []),
      strictSSL: http.get('proxyStrictSSL', true),
      support: http.get('proxySupport', 'override'),
    },
    memoryLimit: 1024 * 1024,
  };
}

/** The commands that `{{$exec name}}` may run: those of the user alone, whatever a workspace states. */
export function secretCommandSetting(): Readonly<Record<string, unknown>> {
  const own = vscode.workspace.getConfiguration('countersign');
  return own.inspect<Readonly<Record<string, unknown>>>('secretCommands')?.globalValue ?? {};
}

export interface ResponseSettings {
  readonly column: 'beside' | 'active';
  readonly history: number;
  /** Bytes of a body that are sent to the panel at most. */
  readonly shown: number;
  readonly wordWrap: boolean;
}

export function responseSettings(): ResponseSettings {
  const own = vscode.workspace.getConfiguration('countersign.response');
  return {
    column: own.get('column', 'beside'),
    history: Math.max(1, own.get('history', 20)),
    shown: Math.max(0.1, own.get('largestShown', 16)) * 1024 * 1024,
    wordWrap: own.get('wordWrap', false),
  };
}

/** How many requests the history keeps over restarts; none where it is 0. */
export function historyLimit(): number {
  return Math.max(0, vscode.workspace.getConfiguration('countersign.history').get('limit', 500));
}

/** Keeps whether the lines of bodies are wrapped, in the settings where it is stated already. */
export async function rememberWordWrap(wraps: boolean): Promise<void> {
  const own = vscode.workspace.getConfiguration('countersign.response');
  const inWorkspace = own.inspect('wordWrap')?.workspaceValue !== undefined;
  await own.update('wordWrap', wraps, !inWorkspace);
}
