import { type JsonRecord, list, record, text } from './json-shape.ts';

/** Whether a document is of Insomnia's format 5: YAML that says in `type` what it holds. */
export function isInsomnia5(value: unknown): boolean {
  return /^(?:collection|spec|environment|mock)\.insomnia\.rest\/5\.\d+$/.test(text(record(value).type) ?? '');
}

/** What stands deeper is not looked at; one more than the reader of the resources tells of. */
const deepest = 62;

/**
 * The resources that the format 4 would hold for a document of the format 5: what is nested there has a parent here.
 * @see https://developer.konghq.com/insomnia/import-export/
 */
export function insomnia5Resources(value: unknown): readonly JsonRecord[] {
  const document = record(value);
  const workspace = 'workspace';
  const resources: JsonRecord[] = [
    { ...document, ...described(document), _id: workspace, _type: 'workspace', parentId: null },
  ];
  const add = (items: unknown, parentId: string, depth: number): void => {
    list(items)
      .map(record)
      .forEach((item, index) => {
        const _id = `${parentId}/${index}`;
        const placed = { ...item, ...described(item), _id, parentId, metaSortKey: record(item.meta).sortKey };
        if (Array.isArray(item.children)) {
          resources.push({ ...placed, _type: 'request_group', ...scripts(item) });
          if (depth < deepest) add(item.children, _id, depth + 1);
        } else resources.push({ ...placed, _type: kindOf(item), ...scripts(item), ...settings(item) });
      });
  };
  add(document.collection, workspace, 0);
  const base = record(document.environments);
  if (Object.keys(base).length === 0) return resources;
  resources.push({ ...base, _id: 'base', _type: 'environment', parentId: workspace });
  list(base.subEnvironments)
    .map(record)
    .forEach((environment, index) => {
      const metaSortKey = record(environment.meta).sortKey;
      resources.push({ ...environment, _id: `base/${index}`, _type: 'environment', parentId: 'base', metaSortKey });
    });
  return resources;
}

/** Only the identifier tells what kind of a request it is. */
function kindOf(item: JsonRecord): string {
  const id = text(record(item.meta).id) ?? '';
  if (/^ws-req/.test(id)) return 'websocket_request';
  if (/^greq/.test(id)) return 'grpc_request';
  return /^socketio-req/.test(id) ? 'socketio_request' : 'request';
}

function described(item: JsonRecord): JsonRecord {
  const description = text(record(item.meta).description) ?? text(item.description);
  return description === undefined ? {} : { description };
}

function scripts(item: JsonRecord): JsonRecord {
  const { preRequest, afterResponse } = record(item.scripts);
  return { preRequestScript: preRequest, afterResponseScript: afterResponse };
}

function settings(item: JsonRecord): JsonRecord {
  const { followRedirects, cookies } = record(item.settings);
  return { settingFollowRedirects: followRedirects, settingSendCookies: record(cookies).send };
}
