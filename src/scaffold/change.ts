// The planned change of one file: its present text, its new text, and what will be done.

export interface FileChange {
  /** Absolute. */
  readonly path: string;
  /** The present text; undefined if the file does not exist. */
  readonly before: string | undefined;
  readonly after: string;
  /** `kept`: the user has edited the file, so it is not changed and `after` equals `before`. */
  readonly kind: 'create' | 'update' | 'unchanged' | 'kept';
  /** A note for the user. */
  readonly note?: string | undefined;
}

export function isWritten({ kind }: FileChange): boolean {
  return kind === 'create' || kind === 'update';
}
