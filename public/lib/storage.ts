// Small things kept on this device. Reading and writing never throw: private windows may refuse both.

export function readStored<T>(key: string, fallback: T): T {
  try {
    const text = localStorage.getItem(`projectwise.${key}`);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

/** The keys that begin like this, without the name of the app. */
export function storedKeys(prefix: string): string[] {
  try {
    const own = `projectwise.${prefix}`;
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(own))
      .map((key) => key.slice('projectwise.'.length));
  } catch {
    return [];
  }
}

/** `undefined` removes it. */
export function writeStored(key: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(`projectwise.${key}`);
    else localStorage.setItem(`projectwise.${key}`, JSON.stringify(value));
  } catch {
    // Nothing is lost but the convenience.
  }
}
