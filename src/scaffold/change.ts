// One file as a plan sees it: what it holds, what it would hold, and which of the two it will be.

export interface FileChange {
  /** Absolute. */
  readonly path: string;
  /** The present text, undefined if there is no file. */
  readonly before: string | undefined;
  readonly after: string;
  /** `kept`: not as it would be written, but its user's; `after` is then `before`. */
  readonly kind: 'create' | 'update' | 'unchanged' | 'kept';
  /** What its user should know about it. */
  readonly note?: string | undefined;
}

export function isWritten({ kind }: FileChange): boolean {
  return kind === 'create' || kind === 'update';
}
