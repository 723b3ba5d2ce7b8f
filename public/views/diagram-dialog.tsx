// One diagram by itself, as large as is wanted: it scrolls, and buttons make it larger and smaller.
import { useSignal } from '@preact/signals';
import { Dialog } from '../components/dialog.tsx';
import { Icon, type IconName } from '../components/icon.tsx';
import { formatPercent, words } from '../lib/i18n.ts';
import { closeDialog } from '../state/ui.ts';

const STEP = 1.25;
const SMALLEST = 0.25;
const LARGEST = 4;

interface DiagramDialogProps {
  address: string;
  label: string;
  /** Of the drawing, in CSS pixels. */
  width: number;
}

export function DiagramDialog({ address, label, width }: DiagramDialogProps) {
  /** Undefined: as wide as the dialog. */
  const scale = useSignal<number | undefined>(undefined);
  const { zoomIn, zoomOut, fit } = words.value.diagram;
  const to = (next: number) => {
    scale.value = Math.min(LARGEST, Math.max(SMALLEST, next));
  };
  const now = scale.value ?? 1;
  const button = (icon: IconName, name: string, run: () => void) => (
    <button class="btn quiet icon sm" type="button" aria-label={name} title={name} onClick={run}>
      <Icon name={icon} />
    </button>
  );
  return (
    <Dialog title={label} onClose={closeDialog} class="wide">
      <div class="zoom">
        {button('minus', zoomOut, () => to(now / STEP))}
        <span class="num" role="status">
          {scale.value === undefined ? fit : formatPercent(now)}
        </span>
        {button('plus', zoomIn, () => to(now * STEP))}
        {button('fit', fit, () => {
          scale.value = undefined;
        })}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard */}
      <section class="canvas" tabIndex={0} aria-label={label}>
        <img src={address} alt={label} style={{ width: scale.value === undefined ? '100%' : `${width * now}px` }} />
      </section>
    </Dialog>
  );
}
