// The page of memory: what is remembered of the reader, and what every room knows. What a room remembers stands beside the room.
import { OfflineBanner } from '../components/offline-banner.tsx';
import { PageHead } from '../components/page-head.tsx';
import { memoryWords } from '../lib/memory-words.ts';
import { MemoryPlaces } from './memory-places.tsx';

export function MemoryView() {
  const { memory: text } = memoryWords.value;
  return (
    <main class="room memory-page">
      <PageHead title={text.region} sub={text.pageSub} />
      <OfflineBanner />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard */}
      <section class="scroll" id="timeline" aria-label={text.region} tabIndex={0}>
        <MemoryPlaces />
      </section>
    </main>
  );
}
