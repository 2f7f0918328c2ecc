// Loaded before the conformance suite (`node --import`), which has no option for credentials: every request that it
// sends carries the key in KEY, unless it says itself who it is.
import http from 'node:http';
import { createRequire } from 'node:module';

// The very copy that the suite has; what it sets holds for Node's own `fetch` too.
const suite = new URL('./node_modules/@modelcontextprotocol/conformance/package.json', import.meta.url);
const { Agent, setGlobalDispatcher } = createRequire(suite)('undici');
const withKey = (options) => ({
  ...options,
  headers: { authorization: `Bearer ${process.env.KEY}`, ...options.headers },
});

setGlobalDispatcher(new Agent().compose((dispatch) => (options, handler) => dispatch(withKey(options), handler)));

// Where it minds how a header is spelt, it asks by this one, and always with options.
const { request } = http;
http.request = (options, answered) => request(withKey(options), answered);
