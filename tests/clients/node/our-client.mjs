// Our client in the scenarios that the conformance suite has for clients: `our-client.mjs PROGRAM URL`.
import { spawnSync } from "node:child_process";

const [program, url] = process.argv.slice(2);

function run(words, input) {
  const done = spawnSync(program, words, { input, encoding: "utf8" });
  console.error(done.stderr);
  if (done.status !== 0) process.exitCode = 1;
  return done.stdout;
}

const call = (tool, ...words) => run(["call", url, tool, ...words]);
const inspect = () => JSON.parse(run(["inspect", url, "--json"]));

const scenarios = {
  tools_call: () => call("add_numbers", "a=5", "b=3"),
  "elicitation-sep1034-client-defaults": () => call("test_client_elicitation_defaults", "--yes"),
  "sse-retry": () => call("test_reconnection"),
  // Each of its tools, the last of which asks nothing.
  "sep-2322-client-request-state": () => inspect().tools.forEach(({ name }) => call(name, "--yes")),
  "http-custom-headers": () => {
    const { toolCalls } = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT);
    for (const { name, arguments: given } of toolCalls) call(name, JSON.stringify(given));
  },
  "http-invalid-tool-headers": () => {
    inspect();
    call("valid_tool", "{}");
  },
  "json-schema-2020-12-preservation": () => {
    const tool = inspect().tools.find(({ inputSchema }) => inputSchema.$defs);
    call("json_schema_echo", JSON.stringify({ schema: tool.inputSchema }));
  },
};

(scenarios[process.env.MCP_CONFORMANCE_SCENARIO] ?? inspect)();
