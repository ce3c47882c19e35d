import * as vscode from 'vscode';

/** A question or a message that somebody saw. */
export interface Shown {
  readonly message: string;
  readonly detail?: string | undefined;
  readonly choices: readonly string[];
}

/** Plays the person in front of the window: sees what is shown and answers. Only code in the tests' own bundle asks it. */
export class Person {
  readonly shown: Shown[] = [];
  /** The labels chosen next, in order; nothing is chosen where there is none. */
  readonly choices: string[] = [];
  /** What is typed into input boxes, in order; a box is dismissed where there is none. */
  readonly typed: string[] = [];
  /** What input boxes said of what was typed. */
  readonly refusals: string[] = [];
  readonly boxes: vscode.InputBoxOptions[] = [];
  /** What lists to pick from held. */
  readonly offered: vscode.QuickPickItem[] = [];
  file: vscode.Uri | undefined;
  readonly #window = { ...vscode.window };
  readonly #commands = { ...vscode.commands };
  /** The commands that were registered meanwhile, in place of those of the extension. */
  readonly commands = new Map<string, (...given: unknown[]) => unknown>();

  constructor() {
    const say = async (message: string, ...rest: unknown[]): Promise<string | undefined> => {
      const [first] = rest;
      const options = typeof first === 'object' ? (first as vscode.MessageOptions) : undefined;
      const choices = (options ? rest.slice(1) : rest) as string[];
      this.shown.push({ message, detail: options?.detail, choices });
      return choices.length > 0 && choices.includes(this.choices[0] ?? '') ? this.choices.shift() : undefined;
    };
    Object.assign(vscode.window, {
      showInformationMessage: say,
      showWarningMessage: say,
      showErrorMessage: say,
      showInputBox: async (options: vscode.InputBoxOptions) => {
        this.boxes.push(options);
        for (let text = this.typed.shift(); text !== undefined; text = this.typed.shift()) {
          const refusal = await options.validateInput?.(text);
          // As in the editor, only an error keeps what is typed from being accepted.
          const { Error: refused } = vscode.InputBoxValidationSeverity;
          if (!refusal || (typeof refusal !== 'string' && refusal.severity !== refused)) return text;
          this.refusals.push(typeof refusal === 'string' ? refusal : refusal.message);
        }
        return undefined;
      },
      showQuickPick: async (items: readonly vscode.QuickPickItem[], options?: vscode.QuickPickOptions) => {
        this.offered.push(...items);
        // Of several that can be ticked, the choices are ticked off.
        if (options?.canPickMany) {
          const off = items.filter(({ label }) => this.choices.includes(label));
          this.choices.splice(0, off.length);
          return items.filter(item => item.picked && !off.includes(item));
        }
        const at = items.findIndex(({ label }) => label === this.choices[0]);
        if (at >= 0) this.choices.shift();
        return items[at];
      },
      showSaveDialog: async () => this.file,
      showOpenDialog: async () => (this.file ? [this.file] : undefined),
    });
    Object.assign(vscode.commands, {
      registerCommand: (name: string, run: (...given: unknown[]) => unknown) => {
        this.commands.set(name, run);
        return { dispose() {} };
      },
    });
  }

  leave(): void {
    const { showInformationMessage, showWarningMessage, showErrorMessage } = this.#window;
    const { showInputBox, showQuickPick, showSaveDialog, showOpenDialog } = this.#window;
    Object.assign(vscode.window, { showInformationMessage, showWarningMessage, showErrorMessage });
    Object.assign(vscode.window, { showInputBox, showQuickPick, showSaveDialog, showOpenDialog });
    Object.assign(vscode.commands, { registerCommand: this.#commands.registerCommand });
  }
}
