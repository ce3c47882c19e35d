import type { AnyScheme } from '../scheme.ts';
import { apikey } from './apikey.ts';
import { asap } from './asap.ts';
import { awsv4 } from './awsv4.ts';
import { basic } from './basic.ts';
import { bearer } from './bearer.ts';
import { digest } from './digest.ts';
import { edgegrid } from './edgegrid.ts';
import { hawk } from './hawk.ts';
import { jwt } from './jwt.ts';
import { login } from './login.ts';
import { ntlm } from './ntlm.ts';
import { oauth1 } from './oauth1.ts';
import { oauth2 } from './oauth2.ts';

/** Every scheme, in the order in which people are offered them. `none` and `inherit` are statements, not schemes. */
export const schemes: readonly AnyScheme[] = [
  apikey,
  bearer,
  basic,
  digest,
  oauth1,
  oauth2,
  hawk,
  awsv4,
  ntlm,
  edgegrid,
  jwt,
  asap,
  login,
] as unknown as readonly AnyScheme[];

const byId = new Map(schemes.map(scheme => [scheme.id, scheme]));

export function findScheme(id: string): AnyScheme | undefined {
  return byId.get(id);
}
