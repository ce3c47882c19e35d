import * as vscode from 'vscode';
import type { Exchange } from '../core/exchange.ts';
import type { Redact, ResponseSubject } from '../features/presentation/response-model.ts';
import { requestModel, responseFields } from '../features/presentation/response-model.ts';
import { formatDuration } from '../features/presentation/units.ts';
import type { FromPanel, ToPanel } from '../webview/response/messages.ts';
import { fromPanel, isPanelState } from '../webview/response/messages.ts';
import { english } from '../webview/response/texts.ts';
import type { Console } from './console.ts';
import type { Documents } from './documents.ts';
import { goTo } from './go-to.ts';
import { tell } from './notices.ts';
import { PagePanel } from './page-panel.ts';
import { copyBody, maskedBody, openBody, saveBody } from './response-body.ts';
import type { ResponseRecord } from './response-history.ts';
import { ResponseHistory } from './response-history.ts';
import { rememberWordWrap, responseSettings, responseViewType as viewType } from './settings.ts';

export interface ResponseHost {
  readonly extensionUri: vscode.Uri;
  readonly documents: Documents;
  readonly console: Console;
  resend(subject: Pick<ResponseSubject, 'file' | 'line' | 'title'>): void;
  cancel(): void;
}

/** The response panels of a window: one that is used again, and those that a person pinned. */
export class ResponsePanels implements vscode.Disposable {
  readonly #host: ResponseHost;
  readonly #history = new ResponseHistory();
  readonly #panels = new Set<ResponsePanel>();

  readonly #settings = vscode.workspace.onDidChangeConfiguration(event => {
    if (event.affectsConfiguration('countersign.response.wordWrap')) for (const panel of this.#panels) panel.wrap();
  });

  constructor(host: ResponseHost) {
    this.#host = host;
  }

  dispose(): void {
    this.#settings.dispose();
    for (const panel of this.#panels) panel.dispose();
    void this.#history.dispose();
  }

  /** Takes over a panel that was open before the window was reloaded. */
  restore(panel: vscode.WebviewPanel, state: unknown): void {
    this.#adopt(panel, isPanelState(state) ? (state as { subject?: ResponseSubject }).subject : undefined);
  }

  /** Shows that a request is on its way, at first in a panel that is opened if need be; then how far it is. */
  running(title: string, startedAt: number, attempts: number, received: number): void {
    const message = { type: 'running', title, startedAt, attempts, received } as const;
    const shows = [...this.#panels].find(panel => panel.shows(startedAt, title));
    // A panel that was closed in the meantime stays closed, and one behind others stays there.
    if (shows) shows.running(message);
    else if (attempts === 1 && received === 0) this.#free().running(message);
  }

  /** The run ended with nothing to show. */
  idle(): void {
    for (const panel of this.#panels) panel.idle();
  }

  /** @param redact masks every secret that has been seen */
  show(exchange: Exchange, subject: ResponseSubject, redact: Redact): void {
    const record = this.#history.add(exchange, subject, redact, responseSettings().history);
    const shown = this.#free();
    shown.show(record);
    for (const panel of this.#panels) if (panel !== shown) panel.refresh();
  }

  #free(): ResponsePanel {
    for (const panel of this.#panels) {
      if (!panel.pinned) {
        panel.reveal();
        return panel;
      }
    }
    const column = responseSettings().column === 'beside' ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
    const panel = vscode.window.createWebviewPanel(
      viewType,
      'Response',
      { viewColumn: column, preserveFocus: true },
      { enableScripts: true, enableFindWidget: false },
    );
    return this.#adopt(panel, undefined);
  }

  #adopt(panel: vscode.WebviewPanel, last: ResponseSubject | undefined): ResponsePanel {
    const response = new ResponsePanel(panel, this.#host, this.#history, last, () => this.pick(response));
    this.#panels.add(response);
    panel.onDidDispose(() => this.#panels.delete(response));
    return response;
  }

  /** Lets a person choose one of the last responses to show. */
  async pick(into?: ResponsePanel): Promise<void> {
    const records = this.#history.records.toReversed();
    if (records.length === 0) {
      tell('information', 'No request has been sent in this window yet.');
      return;
    }
    const items = records.map(record => ({
      label: `${record.model.status ?? '—'} ${record.subject.title}`,
      description: `${record.model.method} ${record.model.url}`,
      detail: `${new Date(record.model.startedAt || Date.now()).toLocaleTimeString(vscode.env.language)} · ${formatDuration(record.model.durationMs)}`,
      record,
    }));
    const chosen = await vscode.window.showQuickPick(items, {
      title: 'Response History',
      placeHolder: 'Response to show',
      matchOnDescription: true,
    });
    if (chosen) (into ?? this.#free()).show(chosen.record);
  }
}

/** One webview with a response; this side keeps the state. */
class ResponsePanel {
  readonly #page: PagePanel<ToPanel, FromPanel>;
  readonly #host: ResponseHost;
  readonly #history: ResponseHistory;
  readonly #pick: () => void;
  #shown: ResponseRecord | undefined;
  #running: Extract<ToPanel, { type: 'running' }> | undefined;
  /** What was shown before the window was reloaded. */
  #last: ResponseSubject | undefined;
  pinned = false;

  constructor(
    panel: vscode.WebviewPanel,
    host: ResponseHost,
    history: ResponseHistory,
    last: ResponseSubject | undefined,
    pick: () => void,
  ) {
    this.#host = host;
    this.#history = history;
    this.#last = last;
    this.#pick = pick;
    this.#page = new PagePanel(panel, {
      extensionUri: host.extensionUri,
      name: 'response',
      icon: 'response',
      english,
      console: host.console,
      read: fromPanel,
      handle: message => this.#handle(message),
    });
  }

  dispose(): void {
    this.#page.panel.dispose();
  }

  reveal(): void {
    const { panel } = this.#page;
    if (!panel.visible) panel.reveal(undefined, true);
  }

  running(message: Extract<ToPanel, { type: 'running' }>): void {
    this.#running = message;
    this.#page.post(message);
  }

  /** Whether it shows that this run is on its way. */
  shows(startedAt: number, title: string): boolean {
    return this.#running?.startedAt === startedAt && this.#running.title === title;
  }

  idle(): void {
    if (!this.#running) return;
    this.#running = undefined;
    this.#page.post({ type: 'idle' });
  }

  show(record: ResponseRecord): void {
    this.#shown = record;
    this.#running = undefined;
    this.#page.panel.title = record.subject.title || 'Response';
    this.refresh();
  }

  /** Tells the page whether long lines are wrapped. */
  wrap(): void {
    this.#page.post({ type: 'wrap', wraps: responseSettings().wordWrap });
  }

  /** Tells the page again what it shows, for instance as its place in the history changed. */
  refresh(): void {
    const record = this.#shown;
    if (!record) return;
    this.#page.post({
      type: 'response',
      id: record.id,
      model: record.model,
      position: this.#history.position(record.id),
      count: this.#history.records.length,
      pinned: this.pinned,
    });
  }

  async #handle(message: FromPanel): Promise<void> {
    const shown = 'id' in message ? this.#history.get(message.id) : this.#shown;
    switch (message.type) {
      case 'ready':
        this.wrap();
        this.refresh();
        if (this.#running) this.#page.post(this.#running);
        return;
      case 'body':
        return shown && this.#sendBody(shown, message.reveal);
      case 'reveal': {
        const request = shown?.exchange.attempts.at(-1)?.request ?? shown?.exchange.request;
        if (!shown || !request) return;
        const response = responseFields(shown.exchange.response);
        return this.#page.post({ type: 'revealed', id: shown.id, request: requestModel(request, true), ...response });
      }
      case 'save':
        return shown && saveBody(shown);
      case 'copy':
        return shown && copyBody(shown);
      case 'open':
        return shown && openBody(shown);
      case 'copy-text':
        return vscode.env.clipboard.writeText(message.text);
      case 'resend':
        return this.#resend();
      case 'cancel':
        return this.#host.cancel();
      case 'pin':
        this.pinned = message.pinned;
        return this.#page.post({ type: 'pinned', pinned: message.pinned });
      case 'wrap':
        return rememberWordWrap(message.wraps);
      case 'history':
        return this.#step(message.step);
      case 'pick-history':
        return this.#pick();
      case 'goto':
        return goTo(this.#host.documents.uriOf(message.file), message.line);
      case 'action':
        return this.#act(message.action);
      case 'set-secret':
        if (await vscode.commands.executeCommand<boolean>('countersign.setSecret', message.name)) this.#resend();
        return;
    }
  }

  #resend(): void {
    const subject = this.#shown?.subject ?? this.#last;
    if (subject) this.#host.resend(subject);
  }

  async #act(action: Extract<FromPanel, { type: 'action' }>['action']): Promise<void> {
    if (action === 'resend') this.#resend();
    else if (action === 'console') this.#host.console.show();
    else if (action === 'trust') await vscode.commands.executeCommand('workbench.trust.manage');
    else if (action === 'settings') {
      await vscode.commands.executeCommand('workbench.action.openSettings', '@ext:countersign.countersign');
    }
  }

  #step(by: number): void {
    const { records } = this.#history;
    const at = this.#shown ? this.#history.position(this.#shown.id) - 1 : records.length;
    const next = records[at + Math.sign(by)];
    if (next) this.show(next);
  }

  async #sendBody({ id, exchange, model, redact }: ResponseRecord, reveal: boolean): Promise<void> {
    const body = exchange.response?.body;
    if (!body || !model.body) return;
    const start = await body.start(responseSettings().shown);
    const whole = start.length >= body.size;
    const masked = maskedBody(start, model.body, redact);
    const { bytes, charset } = masked && !reveal ? masked : { bytes: start, charset: model.body.charset };
    // A copy of its own: a Buffer is no typed array to the webview's messages, and its memory may be shared.
    const copy = new Uint8Array(bytes);
    this.#page.post({
      type: 'body',
      id,
      bytes: copy,
      charset,
      whole,
      secrets: !masked ? 'none' : reveal ? 'shown' : 'masked',
    });
  }
}
