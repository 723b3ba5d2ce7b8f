// So many pictures at a time, the others in order.

export interface Queue {
  /** Waits for a place. @returns what gives it back @throws the reason of `signal` */
  take(signal: AbortSignal): Promise<() => void>;
}

export function createQueue(places: number): Queue {
  let free = places;
  const waiting: (() => void)[] = [];
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return {
    async take(signal) {
      signal.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return leave;
      }
      await new Promise<void>((resolve, reject) => {
        const enter = (): void => {
          signal.removeEventListener('abort', giveUp);
          resolve();
        };
        const giveUp = (): void => {
          waiting.splice(waiting.indexOf(enter), 1);
          reject(signal.reason);
        };
        signal.addEventListener('abort', giveUp, { once: true });
        waiting.push(enter);
      });
      return leave;
    },
  };
}
