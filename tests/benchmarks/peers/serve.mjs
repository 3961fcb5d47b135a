// PostGraphile as in production: one process, a kept pool, prepared statements, no GraphiQL.
//
//   node serve.mjs POSTGRESQL_URL TOKEN_SECRET
//
// Prints its port when it serves, and ends when its input does.

import { createServer } from "node:http";
import { GraphQLError } from "postgraphile/graphql";
import { grafserv } from "postgraphile/grafserv/node";
import { makePgService } from "postgraphile/adaptors/pg";
import { postgraphile } from "postgraphile";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { extendSchema } from "postgraphile/utils";
import { jsonParse } from "postgraphile/@dataplan/json";
import { context, get, lambda, listen } from "postgraphile/grafast";
import jsonwebtoken from "jsonwebtoken";

const [connectionString, secret] = process.argv.slice(2);

/** Every request's token is checked as Rollbook checks one: algorithm, signature, expiry. */
function claims(header) {
  try {
    const token = header?.replace(/^Bearer /i, "");
    return jsonwebtoken.verify(token, secret, { algorithms: ["HS256"] });
  } catch {
    throw new GraphQLError("The token is not good.", {
      extensions: { code: "UNAUTHENTICATED", statusCode: 401 },
    });
  }
}

/** The newest count is in the notice itself, so that no listener costs a query. */
const Watching = extendSchema({
  typeDefs: /* GraphQL */ `
    type SectionNotice { rowId: Int!  enrolled: Int! }
    extend type Subscription { section(id: Int!): SectionNotice }
  `,
  objects: {
    SectionNotice: {
      plans: {
        rowId: ($notice) => get($notice, "id"),
        enrolled: ($notice) => get($notice, "enrolled"),
      },
    },
    Subscription: {
      plans: {
        section: {
          subscribePlan(_, { $id }) {
            const $topic = lambda($id, (id) => `section/${id}`);
            return listen(context().get("pgSubscriber"), $topic, jsonParse);
          },
          plan: ($notice) => $notice,
        },
      },
    },
  },
});

const service = postgraphile({
  extends: [PostGraphileAmberPreset],
  plugins: [Watching],
  pgServices: [
    makePgService({
      connectionString,
      schemas: ["campus"],
      poolConfig: { max: 20, min: 20, idleTimeoutMillis: 0 },
      pubsub: true,
    }),
  ],
  grafast: {
    explain: false,
    context({ node, ws }) {
      const header = node
        ? node.req.headers.authorization
        : `Bearer ${ws?.connectionParams?.token}`;
      return { viewer: claims(header) };
    },
  },
  grafserv: { graphqlPath: "/graphql", graphiql: false, websockets: true, watch: false },
});

const server = createServer();
server.keepAliveTimeout = 120_000;
const served = service.createServ(grafserv);
await served.addTo(server);
server.listen(0, "127.0.0.1", 1024, () => {
  console.log(JSON.stringify({ port: server.address().port }));
});
process.stdin.resume().on("end", () => process.exit(0));
