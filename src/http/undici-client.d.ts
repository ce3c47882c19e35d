/** The one module of undici that the transport needs: a fraction of the whole package to bundle and to load. */
declare module 'undici/lib/dispatcher/client.js' {
  import { Client } from 'undici';
  export default Client;
}
