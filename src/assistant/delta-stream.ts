// Turns a flood of tokens into few deltas: the first goes out at once, later ones are gathered for a window. Offsets are UTF-16.

export interface DeltaStream {
  /** Everything said so far, sent or not. */
  readonly text: string;
  /** What has been sent: exactly the text a joiner must be given; its length is the next delta's offset. */
  readonly sentText: string;
  push(chunk: string): void;
  /** Sends what is waiting, at once. */
  flush(): void;
  /** Flushes and stops; later pushes are ignored. */
  end(): void;
}

/**
 * @param windowMs how long tokens are gathered after a delta went out; after a quiet window the next token goes out at once
 * @param send called synchronously, in order; the texts concatenate to `text`
 */
export function createDeltaStream(windowMs: number, send: (offset: number, text: string) => void): DeltaStream {
  let sentText = '';
  let waiting = '';
  let timer: NodeJS.Timeout | undefined;
  let ended = false;

  const sendWaiting = (everything: boolean): boolean => {
    // Half of a surrogate pair waits for its other half, so that each delta is well-formed text.
    const half = !everything && /[\ud800-\udbff]$/.test(waiting) ? waiting.slice(-1) : '';
    const ready = half ? waiting.slice(0, -1) : waiting;
    if (ready === '') return false;
    waiting = half;
    const offset = sentText.length;
    sentText += ready;
    send(offset, ready);
    return true;
  };

  const onWindowEnd = () => {
    timer = sendWaiting(false) ? setTimeout(onWindowEnd, windowMs) : undefined;
  };

  return {
    get text() {
      return sentText + waiting;
    },
    get sentText() {
      return sentText;
    },
    push(chunk) {
      if (ended || chunk === '') return;
      waiting += chunk;
      if (timer === undefined && sendWaiting(false)) timer = setTimeout(onWindowEnd, windowMs);
    },
    flush() {
      waiting = waiting.toWellFormed();
      sendWaiting(true);
    },
    end() {
      this.flush();
      ended = true;
      clearTimeout(timer);
    },
  };
}
