import { request } from 'undici';

/** What sending costs without Countersign: the same requests with bare undici. Arguments: URL, how many. */
async function main(): Promise<void> {
  const [, , url = '', count = '1'] = process.argv;
  for (let index = 0; index < Number(count); index++) {
    const { body } = await request(`${url}/users/${index}?page=2`, { headers: { accept: 'application/json' } });
    await body.text();
  }
}

void main();
