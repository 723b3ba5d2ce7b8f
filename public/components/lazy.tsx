// Components that load on first use: dialogs and panels that the room itself does not need.
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { words } from '../lib/i18n.ts';
import { Dialog } from './dialog.tsx';

export type Lazy<P> = ComponentType<P> & {
  /** Whether it is there, or cannot be had; looking has it loaded. Follows signals. */
  isSettled(): boolean;
};

/** `onFail` closes what could not be loaded. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>, onFail: () => void): Lazy<P> {
  const loaded = signal<ComponentType<P> | undefined>(undefined);
  const failed = signal(false);
  let isLoading = false;
  const start = async () => {
    isLoading = true;
    try {
      const component = await load();
      loaded.value = component;
    } catch {
      failed.value = true;
    }
    isLoading = false;
  };
  const isSettled = () => {
    if (!loaded.value && !failed.value && !isLoading) void start();
    return loaded.value !== undefined || failed.value;
  };
  const Lazy = (props: P) => {
    const Component = loaded.value;
    if (Component) return <Component {...props} />;
    if (failed.value) {
      const close = () => {
        failed.value = false;
        onFail();
      };
      return (
        <Dialog title={words.value.app.partFailed} onClose={close}>
          <p>{words.value.app.partFailedText}</p>
        </Dialog>
      );
    }
    if (!isLoading) void start();
    return null;
  };
  return Object.assign(Lazy, { isSettled });
}
