// Entry of the browser app: styles (their tokens are there since first-look.ts), then language, theme, address and session, then the first page.
import './styles/base.css';
import './styles/frame.css';
import './styles/timeline.css';
import './styles/markdown.css';
import './styles/composer.css';
import './styles/dialogs.css';
import './styles/entrance.css';
import './styles/narrow.css';
import { render } from 'preact';
import { mountSprite } from './components/icon.tsx';
import { keepAppShell } from './lib/app-shell.ts';
import { startLanguage } from './lib/i18n.ts';
import { startRouter } from './lib/router.ts';
import { startTheme } from './lib/theme.ts';
import { startApp } from './state/app.ts';
import { App } from './views/app.tsx';

startTheme();
startRouter();
mountSprite();
// The words come while the session is asked for.
startApp(startLanguage());
const host = document.getElementById('app');
if (host) render(<App />, host);
keepAppShell();
