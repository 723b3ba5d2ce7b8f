// Tells the room that one is typing: at most every few seconds, and not after stopping.
import { useEffect, useRef } from 'preact/hooks';
import { isConnected, requireWire } from '../state/connection.ts';
import type { OpenRoom } from '../state/open-room.ts';

const REPEAT_MS = 3_000;
const IDLE_MS = 4_000;

export function useTyping(room: OpenRoom) {
  const toldAt = useRef(0);
  const idle = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const tell = (typing: boolean) => {
    if (isConnected()) requireWire().ask('typing:set', { roomId: room.id, typing }, () => {});
  };
  const stop = () => {
    clearTimeout(idle.current);
    if (toldAt.current === 0) return;
    toldAt.current = 0;
    tell(false);
  };
  useEffect(() => stop, [room]);
  return {
    stop,
    /** @param isWriting false when the field became empty */
    notice(isWriting: boolean) {
      if (!isWriting) return stop();
      clearTimeout(idle.current);
      idle.current = setTimeout(stop, IDLE_MS);
      if (Date.now() - toldAt.current < REPEAT_MS) return;
      toldAt.current = Date.now();
      tell(true);
    },
  };
}
