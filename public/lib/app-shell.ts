// Has the app kept on this device, once it runs and the line is free; whoever saves data is not asked to load more.

const QUIET_MS = 2_000;

export function keepAppShell(): void {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  if (!('serviceWorker' in navigator) || connection?.saveData) return;
  const register = () => navigator.serviceWorker.register('/service-worker.js').catch(() => undefined);
  setTimeout(register, QUIET_MS);
}
