import * as vscode from 'vscode';
import type { RequestTests } from './request-tests.ts';
import type { TestingHost } from './testing-host.ts';

/** The Testing view's part that is ours: each request that says what it wants of its response is a test. */
export function registerTesting(host: TestingHost): vscode.Disposable {
  const controller = vscode.tests.createTestController('countersign.tests', 'Countersign');
  let loaded: RequestTests | undefined;
  let loading: Promise<RequestTests> | undefined;
  const load = (): Promise<RequestTests> => {
    loading ??= import('../workspace-views.ts').then(module => {
      loaded = new module.RequestTests(controller, host);
      return loaded;
    });
    return loading;
  };
  controller.resolveHandler = async item => {
    if (!item) await (await load()).discover();
  };
  controller.refreshHandler = async () => (await load()).discover();
  controller.createRunProfile(
    'Send',
    vscode.TestRunProfileKind.Run,
    async (request, token) => (await load()).run(request, token),
    true,
  );
  return vscode.Disposable.from(controller, { dispose: () => loaded?.dispose() });
}
