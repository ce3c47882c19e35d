import { createRequire } from 'node:module';

/** The server half of the `hawk` package. Its errors carry `output`, the status and the headers to answer with. */
export interface HawkServer {
  authenticate(
    request: object,
    find: (id: string) => object | null,
    options: object,
  ): Promise<{ credentials: object; artifacts: { readonly hash?: string } }>;
  authenticatePayload(payload: Buffer, credentials: object, artifacts: object, contentType?: string): void;
  header(credentials: object, artifacts: object, options?: object): string;
}

export interface HawkError extends Error {
  readonly output: { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> };
}

export const { server: hawkServer } = createRequire(import.meta.url)('hawk') as { server: HawkServer };
