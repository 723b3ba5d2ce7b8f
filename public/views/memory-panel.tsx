// What the assistant remembers, beside the conversation.
import { PanelFrame, TabBody } from '../components/panel-frame.tsx';
import { memoryWords } from '../lib/memory-words.ts';
import type { OpenRoom } from '../state/open-room.ts';
import { MemoryPlaces } from './memory-places.tsx';

export function MemoryPanel({ room }: { room: OpenRoom }) {
  return (
    <PanelFrame room={room} tab="memory">
      <TabBody tab="memory" label={memoryWords.value.memory.region}>
        <MemoryPlaces room={room} />
      </TabBody>
    </PanelFrame>
  );
}
