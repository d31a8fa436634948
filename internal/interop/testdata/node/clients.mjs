// Walks a plan with one TypeScript client over one transport:
//
//   node clients.mjs <ts1|ts2-legacy|ts2-auto> <stdio|http|http-json> <plan.json>
//
// The plan says who connects how and how every call must end; see plan_test.go. Each check is one line of JSON on standard output:
// {"role", "check", "fault"}, where a check without a fault passed. Both SDKs hold structured results to the output schema that
// tools/list gave them, and throw where one does not fit; the control at the end shows that they do.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { Client as Client2, StreamableHTTPClientTransport as Http2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as Stdio2 } from "@modelcontextprotocol/client/stdio";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as Stdio1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as Http1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [kind, transport, planFile] = process.argv.slice(2);
const plan = JSON.parse(readFileSync(planFile, "utf8"));
const info = { name: `interop-${kind}`, version: "1.0.0" };

async function check(role, name, f) {
  let fault;
  try {
    await f();
  } catch (error) {
    fault = String(error?.stack ?? error);
  }
  console.log(JSON.stringify({ role, check: name, fault }));
}

// connect opens a connection that belongs to role: by the host's word over stdio, by its bearer token over HTTP.
async function connect(role) {
  const old = kind === "ts1";
  const client = old
    ? new Client1(info, {})
    : new Client2(info, { versionNegotiation: { mode: kind === "ts2-auto" ? "auto" : "legacy" } });
  let channel;
  if (transport === "stdio") {
    const { command, variable } = plan.stdio;
    channel = new (old ? Stdio1 : Stdio2)({ command, env: { ...process.env, [variable]: role }, stderr: "inherit" });
  } else {
    const requestInit = { headers: { Authorization: `Bearer ${role}` } };
    channel = new (old ? Http1 : Http2)(new URL(plan.urls[transport]), { requestInit });
  }
  let version;
  const told = channel.setProtocolVersion?.bind(channel);
  channel.setProtocolVersion = (v) => {
    version = v;
    told?.(v);
  };
  await client.connect(channel);
  return { client, channel, version: () => client.getNegotiatedProtocolVersion?.() ?? version };
}

async function close({ client, channel }) {
  if (channel.sessionId) await channel.terminateSession();
  await client.close();
}

const deepSorted = (blocks) => blocks.map((block) => JSON.parse(JSON.stringify(block)));

async function follow(client, call) {
  const request = { name: call.tool, arguments: call.arguments };
  if (call.unknown) {
    // What is hidden and what does not exist must be alike in everything but the name that was asked for.
    const stranger = "there_is_no_such_tool";
    const got = await client.callTool(request).catch((error) => error);
    const want = await client.callTool({ ...request, name: stranger }).catch((error) => error);
    assert.ok(got instanceof Error && want instanceof Error, `${call.tool} was answered`);
    assert.equal(got.code, -32602);
    assert.deepEqual(
      [got.name, got.code, got.message, got.data],
      [want.name, want.code, want.message.replaceAll(stranger, call.tool), want.data],
    );
    return;
  }
  const got = await client.callTool(request);
  if (call.refusal) {
    assert.equal(got.isError, true);
    assert.equal(got.structuredContent, undefined);
    assert.equal(got.content.length, 1);
    const { call_id: id, message, ...rest } = JSON.parse(got.content[0].text);
    const { message: told, ...want } = call.refusal;
    assert.deepEqual(rest, want);
    assert.ok(typeof id === "string" && id !== "", "no call id");
    assert.ok(typeof message === "string" && message !== "" && (!told || message === told), `the message is ${message}`);
    return;
  }
  assert.ok(!got.isError, got.content[0]?.text);
  let blocks = got.content;
  if (call.structured) {
    assert.deepEqual(got.structuredContent, call.structured);
    assert.deepEqual(JSON.parse(blocks[0].text), call.structured);
    blocks = blocks.slice(1);
  } else {
    assert.equal(got.structuredContent, undefined);
  }
  assert.deepEqual(deepSorted(blocks), call.content ?? []);
}

for (const one of plan.people) {
  let connection;
  await check(one.role, "connect", async () => {
    connection = await connect(one.role);
    assert.equal(connection.version(), plan.eras[kind]);
  });
  if (!connection) continue;
  const { client } = connection;
  await check(one.role, "list", async () => {
    const { tools } = await client.listTools();
    assert.deepEqual(tools.map((tool) => tool.name), one.tools);
  });
  for (const call of one.calls) {
    await check(one.role, `${call.tool} ${JSON.stringify(call.arguments)}`, () => follow(client, call));
  }
  await check(one.role, "close", () => close(connection));
}

// The control: a server without governance whose result breaks its own schema. A client that accepts it would prove nothing above.
await check("liar", "control", async () => {
  const connection = await connect("liar");
  await connection.client.listTools();
  await assert.rejects(connection.client.callTool({ name: "lie", arguments: {} }), /schema/);
  await close(connection);
});
