// Where the focus goes when the control that has it goes away: to what it belonged to, so that the keyboard goes on from there.
import { useLayoutEffect } from 'preact/hooks';

/** Hands the focus of `control` to its message, or to the conversation, in the moment it is taken away. */
export function useFocusHandover(control: { current: HTMLElement | null }): void {
  useLayoutEffect(() => {
    const element = control.current;
    return () => {
      if (!element?.matches(':focus')) return;
      element.closest<HTMLElement>('[data-message], .timeline')?.focus({ preventScroll: true });
    };
  }, []);
}
