/** @jsxImportSource react */
/** A panel that opens any starter document in a new tab, also after its first tab was closed. */
import { useGraphiQL, useGraphiQLActions, type GraphiQLPlugin } from '@graphiql/react';
import type { Here } from './here';
import { starters, variablesFor, type Starter } from './starters';

export function starterPlugin(here: Here, headers: string): GraphiQLPlugin {
  return { title: 'Starter documents', icon: Icon, content: () => <Starters here={here} headers={headers} /> };
}

function Starters({ here, headers }: { here: Here; headers: string }) {
  const { addTab } = useGraphiQLActions();
  const { queryEditor, variableEditor, headerEditor } = useGraphiQL((state) => ({
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
    headerEditor: state.headerEditor,
  }));

  const open = ({ query }: Starter) => {
    addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(variablesFor(query, here));
    headerEditor?.setValue(headers);
  };

  return (
    <section className="starters">
      <h2>Starter documents</h2>
      <p>Each opens in a new tab, with ids that exist here.</p>
      <ul>
        {starters.map((starter) => (
          <li key={starter.name}>
            <button type="button" onClick={() => open(starter)}>
              {starter.name}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.6" aria-hidden="true">
      <path d="M6 3h9l4 4v14H6z M14.5 3v4.5H19 M9.5 12h6 M9.5 16h4" strokeLinejoin="round" strokeLinecap="round" />
    </svg>
  );
}
