/** The web client: what is on offer, what is mine, what just happened. */
import './style/page.css';
import './style/catalog.css';
import './style/side.css';
import './style/dialogs.css';
import './style/offers.css';
import { render } from 'preact';
import { App } from './app';

render(<App />, document.getElementById('app')!);
