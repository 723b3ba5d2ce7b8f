// What the ways of showing a page have in common: the passage that is looked for, and what stands in for words.
import { words } from '../lib/i18n.ts';

/** What of the source is looked for on this page. */
export interface Passage {
  quote: string;
  marker: string;
  leastLetters: number;
  isCitedPage: boolean;
}

/** The quoted words are shown even where they cannot be found in their place. */
export function Quoted({ passage }: { passage: Passage }) {
  const { viewer } = words.value;
  return (
    <div class="quoted-box">
      <p class="meta">
        <span class="cite">{passage.marker}</span> {viewer.quoted}
      </p>
      <blockquote class="quoted">{passage.quote}</blockquote>
      <p class="meta">{viewer.notMarked}</p>
    </div>
  );
}

export function PageSkeleton() {
  return (
    <div class="page skeleton" aria-hidden="true">
      {[42, 96, 92, 97, 60, 0, 94, 90, 98, 72].map((width, place) => (
        <div key={`${place}-${width}`} class="sk line" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
