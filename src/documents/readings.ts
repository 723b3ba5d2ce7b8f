// What this process reads at the moment, so that it can be ended at once when nobody wants it any more.

/** Why a reading ended that nobody wants: nothing more of it may be written. */
export class NotWanted extends Error {
  constructor() {
    super('This reading is not wanted any more.');
    this.name = 'NotWanted';
  }
}

export interface Readings {
  /** @returns undefined when this reading of the document runs already; call `end` when it is over */
  begin(documentId: string, reading: number): { signal: AbortSignal; end(): void } | undefined;
  /** Ends whatever of the document is being read here; with a number only the readings before that one. */
  abort(documentId: string, before?: number): void;
}

export function createReadings(): Readings {
  const running = new Map<string, Map<number, AbortController>>();
  return {
    begin(documentId, reading) {
      const ofDocument = running.get(documentId) ?? new Map<number, AbortController>();
      if (ofDocument.has(reading)) return undefined;
      const abort = new AbortController();
      running.set(documentId, ofDocument.set(reading, abort));
      return {
        signal: abort.signal,
        end() {
          ofDocument.delete(reading);
          if (ofDocument.size === 0 && running.get(documentId) === ofDocument) running.delete(documentId);
        },
      };
    },
    abort(documentId, before = Number.POSITIVE_INFINITY) {
      for (const [reading, abort] of running.get(documentId) ?? []) if (reading < before) abort.abort(new NotWanted());
    },
  };
}
