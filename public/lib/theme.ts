// Light, dark, or as the system says; kept on this device.
import { signal } from '@preact/signals';
import { readStored, writeStored } from './storage.ts';

export type Theme = 'system' | 'light' | 'dark';

export const theme = signal<Theme>('system');

export function setTheme(next: Theme): void {
  theme.value = next;
  writeStored('theme', next);
  apply();
}

/** Whether it looks dark now, whoever decided it. */
export function isDark(): boolean {
  return theme.value === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : theme.value === 'dark';
}

export function startTheme(): void {
  theme.value = readStored<Theme>('theme', 'system');
  apply();
}

function apply(): void {
  if (theme.value === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
}
