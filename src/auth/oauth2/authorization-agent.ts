/** How a person takes part in getting a token. Hosts implement it; the engine knows no browser. */
export interface AuthorizationAgent {
  /**
   * Gets ready to receive one callback, and says at which address, before the authorization URL is built.
   * @throws CountersignError `interaction-required` where nothing here can receive that callback
   */
  prepare(wish: CallbackWish): Promise<AuthorizationSession>;
  /**
   * Shows the code to enter on another device. Resolves once it is shown; `dismissed` ends the polling when it is
   * aborted. `close` is called when the token is there or everything has failed.
   */
  showDeviceCode?(code: DeviceCode, signal: AbortSignal): Promise<DeviceCodeDisplay>;
}

export interface CallbackWish {
  /** As the person stated it; undefined leaves the choice to the agent (`vscode://`, loopback). */
  readonly callbackUrl?: string;
  /** False: sign in in a window with a fresh profile, which is watched. */
  readonly useBrowser: boolean;
  /** `fragment`: the answer comes behind `#` (implicit grant). */
  readonly responseMode: 'query' | 'fragment';
  /** Who is signed in to, for titles and pages. */
  readonly server: string;
  readonly signal: AbortSignal;
}

/** One flow: opened once, answered once, closed always. */
export interface AuthorizationSession {
  /** The `redirect_uri` of this flow. */
  readonly redirectUri: string;
  /**
   * Opens the authorization URL and gives the parameters that come back. `judge` says whether they end the flow well;
   * the agent shows its message to the person where it can (the loopback page, a notification).
   * @param state what the answer must carry; a pushed request does not show it in its URL
   * @throws CountersignError `cancelled` when the person gives up
   */
  authorize(url: string, judge: CallbackJudge, state?: string): Promise<URLSearchParams>;
  close(): Promise<void>;
}

/** Undefined: all is well; otherwise what went wrong, in words for the person. */
export type CallbackJudge = (parameters: URLSearchParams) => string | undefined;

/** @see RFC 8628 §3.2 */
export interface DeviceCode {
  readonly userCode: string;
  readonly verificationUri: string;
  /** The address with the code in it, for a QR code or a click. */
  readonly verificationUriComplete?: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface DeviceCodeDisplay {
  /** Aborted when the person gives up. */
  readonly dismissed?: AbortSignal;
  close(): void;
}
