// Serves index.html. In a container or on this machine, so the file is found beside this one.
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { join } = require('node:path');

const page = readFileSync(join(__dirname, 'index.html'));
const server = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(page));
server.listen(Number(process.env.PORT ?? 8080), () => console.log('listening on', server.address().port));
process.on('SIGTERM', () => server.close(() => process.exit(0)).closeAllConnections());
