// Prism between a client and a local GitHub, with GitHub's own description of the operations in use.
//
//     node github.mjs <folder with node_modules> <list of operations> <address of the local GitHub>
//
// Prints `{"address": …}` when it is ready, and a line of JSON for each call: what was asked, what was answered, and what
// of it is not as GitHub describes. Ends with its standard input.
//
// Calls for repositories of the owner `answers` are not passed on. They get GitHub's own examples, for the method and
// with the status that the name of the repository asks for: `answers/post-410` has every POST answered with 410.

import { readFileSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, list, upstream] = process.argv.slice(2);
const require = createRequire(join(folder, "package.json"));
const { createLogger } = require("@stoplight/prism-core");
const { getHttpOperationsFromSpec } = require("@stoplight/prism-http");
const { createServer: createPrism } = require("@stoplight/prism-http-server");

const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** The description with these operations alone: Prism takes long for the whole of it. */
function trimmed(whole, operations) {
  const paths = {};
  for (const operation of operations) {
    const [method, path] = operation.split(" ");
    const described = whole.paths[path]?.[method.toLowerCase()];
    if (!described) {
      throw new Error(`GitHub does not describe ${operation}`);
    }
    paths[path] = { ...paths[path], [method.toLowerCase()]: described };
  }
  const components = {};
  const follow = (part) => {
    for (const [key, value] of Object.entries(part ?? {})) {
      if (key === "$ref" && typeof value === "string") {
        const [, , kind, name] = value.split("/");
        if (components[kind]?.[name] === undefined) {
          components[kind] = { ...components[kind], [name]: whole.components[kind][name] };
          follow(components[kind][name]);
        }
      } else if (value instanceof Object) {
        follow(value);
      }
    }
  };
  follow(paths);
  return { openapi: whole.openapi, info: whole.info, paths, components };
}

async function prism(operations, isProxy) {
  const settings = { validateRequest: true, validateResponse: true, checkSecurity: true, errors: true };
  const server = createPrism(operations, {
    cors: false,
    // As `prism proxy --errors` and `prism mock --errors`.
    config: isProxy
      ? { ...settings, mock: false, isProxy: true, upstream: new URL(upstream) }
      : { ...settings, mock: { dynamic: false }, isProxy: false },
    components: { logger: createLogger("prism", { level: "silent" }) },
  });
  return new URL(await server.listen(0, "127.0.0.1"));
}

function collect(stream) {
  return new Promise((resolve, reject) => {
    const parts = [];
    stream.on("data", (part) => parts.push(part));
    stream.on("end", () => resolve(Buffer.concat(parts)));
    stream.on("error", reject);
  });
}

/** Passes a call on, and gives the answer with its body. */
function pass(to, method, path, headers, body) {
  return new Promise((resolve, reject) => {
    const options = { host: to.hostname, port: to.port, method, path, headers };
    const call = ask(options, async (answer) => {
      try {
        resolve({ answer, body: await collect(answer) });
      } catch (error) {
        reject(error);
      }
    });
    call.on("error", reject);
    call.end(body);
  });
}

/** What Prism minds: in the body of an error of its own, or in a header beside an answer that it passed on. */
function faultsOf(answer, body) {
  const text = ({ location, message }) => `${location.join(".")}: ${message}`;
  if ((answer.headers["content-type"] ?? "").startsWith("application/problem+json")) {
    const { title, validation, detail } = JSON.parse(body);
    return validation ? validation.map(text) : [`${title}: ${detail}`];
  }
  const beside = JSON.parse(answer.headers["sl-violations"] ?? "[]");
  return beside.filter(({ severity }) => severity === "Error").map(text);
}

/** Parameters of the query that GitHub does not have; Prism lets them pass. */
function unknownParameters(description, method, url) {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const parts = pathname.split("/");
  const fits = (path) => {
    const template = path.split("/");
    return template.length === parts.length && template.every((part, at) => part.startsWith("{") || part === parts[at]);
  };
  const path = Object.keys(description.paths).find((path) => fits(path));
  const operation = description.paths[path]?.[method.toLowerCase()];
  const resolved = (part) => (part.$ref ? description.components.parameters[part.$ref.split("/").pop()] : part);
  const known = (operation?.parameters ?? []).map(resolved).map(({ name }) => name);
  const unknown = [...searchParams.keys()].filter((name) => operation && !known.includes(name));
  return unknown.map((name) => `request.query: ${name} is no parameter of ${path}`);
}

/** The status that the name of a repository asks for. */
function wantedStatus(method, path) {
  const [, wantedMethod, status] = path.match(/^\/repos\/answers\/([a-z]+)-(\d{3})\//) ?? [];
  return wantedMethod === method.toLowerCase() ? status : undefined;
}

const whole = JSON.parse(
  readFileSync(join(folder, "node_modules/@octokit/openapi/generated/api.github.com.json"), "utf8"),
);
const operations = Object.keys(JSON.parse(readFileSync(list, "utf8")).operations);
const description = trimmed(whole, operations);
const described = await getHttpOperationsFromSpec(description);
const proxy = await prism(described, true);
const mock = await prism(described, false);

const front = createServer(async (incoming, outgoing) => {
  const { method, url } = incoming;
  try {
    const body = await collect(incoming);
    const examples = url.startsWith("/repos/answers/");
    const status = wantedStatus(method, url);
    const headers = { ...incoming.headers, ...(status ? { prefer: `code=${status}` } : {}) };
    const passed = await pass(examples ? mock : proxy, method, url, headers, body);
    const faults = [
      ...faultsOf(passed.answer, passed.body),
      ...unknownParameters(description, method, url),
    ];
    if (examples && passed.answer.statusCode === 200 && /[?&]page=([2-9]|\d{2,})\b/.test(url)) {
      // Every page of a list is the same example: a client would never come to an end.
      passed.body = Buffer.from("[]");
      passed.answer.headers["content-length"] = "2";
      delete passed.answer.headers.link;
    }
    print({ method, path: url, status: passed.answer.statusCode, faults });
    outgoing.writeHead(passed.answer.statusCode, passed.answer.headers);
    outgoing.end(passed.body);
  } catch (error) {
    print({ method, path: url, status: 500, faults: [String(error)] });
    outgoing.writeHead(500);
    outgoing.end();
  }
});
front.listen(0, "127.0.0.1", () => print({ address: `http://127.0.0.1:${front.address().port}` }));
process.stdin.on("end", () => process.exit());
process.stdin.resume();
