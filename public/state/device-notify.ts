// Whether this device tells what is new while one looks elsewhere: off until a person turns it on, without sound until they want it.
import { signal } from '@preact/signals';
import { readStored, writeStored } from '../lib/storage.ts';

export interface DeviceNotify {
  what: 'off' | 'mentions' | 'all';
  sound: boolean;
}

const KEY = 'notify';
const OFF: DeviceNotify = { what: 'off', sound: false };

export const deviceNotify = signal<DeviceNotify>({ ...OFF, ...readStored<Partial<DeviceNotify>>(KEY, {}) });

export function setDeviceNotify(next: DeviceNotify): void {
  deviceNotify.value = next;
  writeStored(KEY, next.what === 'off' && !next.sound ? undefined : next);
}

/** Call it only when somebody asked for it: the browser then asks them. @returns whether it may */
export async function tryNotifications(): Promise<boolean> {
  const permission = await Notification.requestPermission().catch(() => 'denied');
  if (permission !== 'granted') return false;
  setDeviceNotify({ ...deviceNotify.peek(), what: 'mentions' });
  return true;
}
