// The bar of the viewer: which page, text or original, how large.
import type { Signal } from '@preact/signals';
import type { Document } from '../../src/protocol/document-models.ts';
import { Icon, type IconName } from '../components/icon.tsx';
import { formatNumber, words } from '../lib/i18n.ts';
import { setViewMode, type ViewMode, viewMode } from '../state/viewed.ts';

/** 1 fits the width. */
export type Zoom = number;
const ZOOMS: readonly Zoom[] = [1, 1.25, 1.5, 2, 2.5, 3, 4];

export const isPdf = ({ contentType }: Document): boolean => contentType === 'application/pdf';
export const isPicture = ({ contentType }: Document): boolean => /^image\/(png|jpeg)$/.test(contentType);
export const hasOriginal = (document: Document): boolean => isPdf(document) || isPicture(document);

interface PageBarProps {
  document: Document;
  page: number;
  /** 0 when it is not known yet. */
  total: number;
  zoom: Signal<Zoom>;
  onTurn: (page: number) => void;
}

export function PageBar({ document, page, total, zoom, onTurn }: PageBarProps) {
  const { viewer } = words.value;
  const { unit } = document.progress;
  const mayChoose = hasOriginal(document);
  if (total === 1 && !mayChoose) return null;
  return (
    <div class="viewer-bar">
      {total !== 1 && (
        <>
          <BarButton icon="left" label={viewer.previous[unit]} disabled={page <= 1} onClick={() => onTurn(page - 1)} />
          <PageField page={page} total={total} label={viewer.field[unit]} onTurn={onTurn} />
          <BarButton
            icon="right"
            label={viewer.next[unit]}
            disabled={total > 0 && page >= total}
            onClick={() => onTurn(page + 1)}
          />
        </>
      )}
      <span class="grow" />
      {mayChoose && viewMode.value === 'original' && <ZoomButtons zoom={zoom} />}
      {mayChoose && (
        <fieldset class="seg">
          <legend class="sr">{viewer.how}</legend>
          {(['text', 'original'] as const).map((mode: ViewMode) => (
            <label key={mode}>
              <input
                type="radio"
                name="view-mode"
                checked={viewMode.value === mode}
                onChange={() => setViewMode(mode)}
              />
              <span>{viewer[mode]}</span>
            </label>
          ))}
        </fieldset>
      )}
    </div>
  );
}

interface BarButtonProps {
  icon: IconName;
  label: string;
  class?: string;
  disabled?: boolean;
  onClick: () => void;
}

/** Stays in the order of the keyboard when there is nothing more in its direction. */
function BarButton({ icon, label, class: extra = '', disabled = false, onClick }: BarButtonProps) {
  return (
    <button
      class={`btn quiet icon sm ${extra}`}
      type="button"
      aria-label={label}
      title={label}
      aria-disabled={disabled}
      onClick={() => {
        if (!disabled) onClick();
      }}
    >
      <Icon name={icon} />
    </button>
  );
}

interface PageFieldProps {
  page: number;
  total: number;
  label: string;
  onTurn: (page: number) => void;
}

function PageField({ page, total, label, onTurn }: PageFieldProps) {
  const take = (field: HTMLInputElement) => {
    const wanted = Math.trunc(Number(field.value));
    const most = total || Number.MAX_SAFE_INTEGER;
    if (wanted >= 1 && wanted <= most) onTurn(wanted);
    else field.value = String(page);
  };
  return (
    <span class="page-field num">
      <input
        key={page}
        type="text"
        inputmode="numeric"
        aria-label={label}
        maxLength={6}
        defaultValue={String(page)}
        onFocus={(event) => event.currentTarget.select()}
        onBlur={(event) => take(event.currentTarget)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.isComposing) return;
          event.preventDefault();
          take(event.currentTarget);
        }}
      />
      {total > 0 && <span class="meta">/ {formatNumber(total)}</span>}
    </span>
  );
}

function ZoomButtons({ zoom }: { zoom: Signal<Zoom> }) {
  const { viewer } = words.value;
  const step = (by: 1 | -1) => {
    const next = ZOOMS[ZOOMS.indexOf(zoom.value) + by];
    if (next !== undefined) zoom.value = next;
  };
  return (
    <span class="row tight">
      <BarButton icon="minus" label={viewer.zoomOut} disabled={zoom.value === ZOOMS[0]} onClick={() => step(-1)} />
      <BarButton
        icon="fit"
        class="zoom-fit"
        label={viewer.zoomFit}
        disabled={zoom.value === 1}
        onClick={() => {
          zoom.value = 1;
        }}
      />
      <BarButton icon="plus" label={viewer.zoomIn} disabled={zoom.value === ZOOMS.at(-1)} onClick={() => step(1)} />
    </span>
  );
}
