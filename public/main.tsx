// Entry of the browser app: styles, then the root component.
import './styles/tokens.css';
import './styles/markdown.css';
import { render } from 'preact';

const host = document.getElementById('app');
if (host) render(<main>ProjectWise</main>, host);
