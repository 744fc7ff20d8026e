/** @jsxImportSource react */
// GraphiQL with everything it needs from this server alone.

import { GraphiQL } from "graphiql";
import "graphiql/style.css";
import { createRoot } from "react-dom/client";
import { TABS } from "./examples";
import { createFetcher } from "./fetcher";
import "./playground.css";
import { setUpWorkers } from "./workers";

setUpWorkers();
const endpoint = new URL("graphql", location.href).href;
createRoot(document.getElementById("playground")!).render(
  <GraphiQL fetcher={createFetcher(endpoint)} defaultTabs={TABS} defaultEditorToolsVisibility="headers" shouldPersistHeaders={false}>
    <GraphiQL.Logo><a className="logo" href="widget/">EKC</a></GraphiQL.Logo>
  </GraphiQL>,
);
