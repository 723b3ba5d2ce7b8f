// Runs what belongs to one key one after the other, in the order it was asked for; different keys go side by side.

export type InOrder = <Result>(key: string, run: () => Promise<Result>) => Promise<Result>;

export function createInOrder(): InOrder {
  /** Of each key the last one. */
  const running = new Map<string, Promise<unknown>>();
  return async (key, run) => {
    const before = running.get(key) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(run);
    running.set(key, mine);
    try {
      return await mine;
    } finally {
      if (running.get(key) === mine) running.delete(key);
    }
  };
}
