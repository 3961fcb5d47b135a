// Every audit of the graphql-http suite against one address.
import { serverAudits } from 'graphql-http';

const { url } = JSON.parse(process.argv[2]);

const results = [];
for (const audit of serverAudits({ url })) {
  const { id, name, status, reason } = await audit.fn();
  results.push({ id, name, status, reason });
}
process.stdout.write(JSON.stringify(results));
