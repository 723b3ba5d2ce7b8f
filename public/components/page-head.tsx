// The head of a page: the way back on phones, what the page is called and what it is about, and what can be done with it.
import type { ComponentChildren } from 'preact';
import { words } from '../lib/i18n.ts';
import { goHome } from '../state/app.ts';
import { unreadElsewhere } from '../state/rooms.ts';
import { Icon } from './icon.tsx';

interface PageHeadProps {
  title: string;
  sub: string;
  children?: ComponentChildren;
}

export function PageHead({ title, sub, children }: PageHeadProps) {
  return (
    <header class="bar">
      <BackButton />
      <div class="grow">
        <h1 class="cut">{title}</h1>
        <p class="sub">
          <span class="cut">{sub}</span>
        </p>
      </div>
      {children}
    </header>
  );
}

/** To the list of rooms, which is a page of its own on phones; says how much is unread there. */
export function BackButton() {
  const { rail } = words.value;
  const unread = unreadElsewhere.value;
  return (
    <button
      class="btn quiet icon back"
      type="button"
      aria-label={unread ? rail.backUnread(unread) : rail.back}
      onClick={goHome}
    >
      <Icon name="left" class="lg" />
    </button>
  );
}
