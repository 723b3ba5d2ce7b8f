// The emoji picker in a small layer, for the composer and for reactions. The picker itself loads on first use.
import { words } from '../lib/i18n.ts';
import { lazy } from './lazy.tsx';
import { Popover } from './popover.tsx';

export const EmojiPicker = lazy(
  async () => (await import('./emoji-picker.tsx')).EmojiPicker,
  () => {},
);

export function EmojiButton({ onChoose }: { onChoose: (emoji: string) => void }) {
  return (
    <Popover icon="smile" label={words.value.composer.emoji} role="group" edge="left" class="btn quiet icon wide-only">
      {(close) => (
        <div class="emoji-frame">
          <EmojiPicker
            onChoose={(emoji) => {
              close();
              onChoose(emoji);
            }}
          />
        </div>
      )}
    </Popover>
  );
}
