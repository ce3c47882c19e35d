import { FormMemory, formEdits } from '../../src/features/form/form-edits.ts';
import { formModel } from '../../src/features/form/form-model.ts';
import { update } from '../../src/language/incremental.ts';
import { formWorkspace, targetIn } from '../features/form-ports.ts';
import { manyRequests } from './language.ts';
import { medianTime, type Row } from './measure.ts';

/** The Authorization panel without its page: in a file of 10,000 requests, a key in a field and what follows from it. */
export async function measureForm(): Promise<readonly Row[]> {
  const group = 'form';
  const file = '/w/a.http';
  const workspace = formWorkspace({ [file]: manyRequests() });
  let target = targetIn(workspace.tree(file), file, 'Request 5000\n');
  const memory = new FormMemory();
  let typed = '';
  const edit = await medianTime(100, () => {
    typed += 'x';
    const result = formEdits(target, { type: 'field', name: 'token', value: typed }, memory);
    if ('refused' in result || result.edits.length === 0) throw new Error('The edit was refused.');
    target = { ...target, tree: update(target.tree, result.edits) };
  });
  const model = await medianTime(100, async () =>
    formModel(target, await workspace.context(target), new Set<string>()),
  );
  return [
    { group, name: 'a key in a field to the text, file of 10,000 requests', value: edit, unit: 'ms', target: 16 },
    { group, name: 'model of the form, preview included', value: model, unit: 'ms', target: 16 },
  ];
}
