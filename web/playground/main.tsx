/** @jsxImportSource react */
/** The playground: GraphiQL for this service, complete in itself. */
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './playground.css';
import { createRoot } from 'react-dom/client';
import { Playground } from './playground';

createRoot(document.getElementById('playground')!).render(<Playground />);
