/** @jsxImportSource react */
/** GraphiQL under a bar that says who is asking. */
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { GraphiQL } from 'graphiql';
import { useEffect, useState } from 'react';
import { currentToken, onTokenLink, rememberToken } from '../shared/token';
import { fetcher } from './fetcher';
import { lookAround, type Here } from './here';
import { starterPlugin } from './starter-plugin';
import { starters, variablesFor } from './starters';
import { hasTabs, storageFor } from './storage';
import { WhoBar } from './who-bar';

const explorer = explorerPlugin({ showAttribution: false });

export function Playground() {
  const [token, setToken] = useState(currentToken);
  const [here, setHere] = useState<Here>();

  useEffect(() => onTokenLink(setToken), []);
  useEffect(() => {
    let current = true;
    setHere(undefined);
    void lookAround(token).then((found) => current && setHere(found));
    return () => {
      current = false;
    };
  }, [token]);

  const use = (next: string | null) => {
    rememberToken(next);
    setToken(next);
  };

  return (
    <>
      <WhoBar token={token} name={here?.name} onToken={use} />
      {/* A new token makes a new GraphiQL, so that every tab's header editor starts with it. */}
      {here && <Editor key={token} token={token} here={here} />}
    </>
  );
}

function Editor({ token, here }: { token: string | null; here: Here }) {
  const headers = token ? JSON.stringify({ Authorization: `Bearer ${token}` }, null, 2) : '';
  const [plugins] = useState(() => [HISTORY_PLUGIN, explorer, starterPlugin(here, headers)]);
  const [storage] = useState(() => storageFor(token));
  const [firstVisit] = useState(() => !hasTabs(storage));
  const defaultTabs = starters.map(({ query }) => ({ query, variables: variablesFor(query, here), headers }));
  return (
    <GraphiQL
      fetcher={fetcher}
      plugins={plugins}
      storage={storage}
      defaultTabs={defaultTabs}
      initialHeaders={headers}
      initialVariables={firstVisit ? variablesFor(starters[0]!.query, here) : undefined}
      defaultHeaders={headers}
      shouldPersistHeaders={false}
      defaultEditorToolsVisibility="variables"
      inputValueDeprecation
      schemaDescription
    >
      <GraphiQL.Logo>
        <span className="logo">GraphiQL</span>
      </GraphiQL.Logo>
    </GraphiQL>
  );
}
