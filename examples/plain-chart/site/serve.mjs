// Serves index.html. In a container or on this machine, so the file is found beside this one.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const page = readFileSync(join(import.meta.dirname, 'index.html'));
const server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(page));
server.listen(Number(process.env.PORT ?? 8080), () => console.log('listening on', server.address().port));
process.on('SIGTERM', () => server.close(() => process.exit(0)).closeAllConnections());
