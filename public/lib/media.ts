// Whether the window is as a media query says, for components: they are drawn again when that changes.
import { useSignal } from '@preact/signals';
import { useLayoutEffect } from 'preact/hooks';

function useMedia(query: string): boolean {
  const matches = useSignal(matchMedia(query).matches);
  useLayoutEffect(() => {
    const list = matchMedia(query);
    const update = () => {
      matches.value = list.matches;
    };
    update();
    list.addEventListener('change', update);
    return () => list.removeEventListener('change', update);
  }, [query]);
  return matches.value;
}

/** One column, sheets from the lower edge. The style sheets know the same widths. */
export const usePhone = () => useMedia('(max-width: 760px)');
/** The panel stands beside the conversation and does not cover it. */
export const useWide = () => useMedia('(min-width: 1181px)');
