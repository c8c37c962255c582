// Two versions of mermaid, asked about every diagram of Markdown files: nobody says which one GitHub uses.
//
//     node <diagrams.mjs, bundled> <path>...
//
// Prints one line for each fault and ends with 1 if there is one. Draws nothing: that needs a browser's measures.

import { readFileSync } from "node:fs";

// A package of CommonJS that the bundle leaves out.
const { JSDOM } = require("jsdom");
const { window } = new JSDOM("<!doctype html><body></body>", { pretendToBeVisual: true });
Object.assign(globalThis, { window, document: window.document });

// Only now, because they look for a document when they are loaded.
const { default: older } = await import("mermaid-10");
const { default: newer } = await import("mermaid");
const versions = [
  ["mermaid 10", older],
  ["mermaid 11", newer],
];

/** What mermaid draws instead of a longer text is a picture of an error; the parser does not mind. */
const MOST_CHARACTERS = 50_000;

/** The first thing that is wrong with a diagram, or nothing. */
async function faultOf(mermaid, text) {
  if (text.length > MOST_CHARACTERS) {
    return `${text.length} characters, more than ${MOST_CHARACTERS}`;
  }
  try {
    await mermaid.parse(text);
    const { db, type } = await mermaid.mermaidAPI.getDiagramFromText(text);
    return type === "gantt" ? faultOfTasks(db, text) : undefined;
  } catch (error) {
    return error.message.split("\n").slice(0, 4).join(" ");
  }
}

/** The grammar of gantt takes any line for a task; times are read when tasks are asked for. */
function faultOfTasks(db, text) {
  const tasks = db.getTasks();
  const wanted = text.split("\n").filter((line) => / :/.test(line)).length;
  if (tasks.length !== wanted) {
    return `${tasks.length} tasks of ${wanted} lines`;
  }
  const wrong = tasks.find(({ startTime, endTime }) => !(startTime.getTime() < endTime.getTime()));
  return wrong && `the task "${wrong.task}" has no length`;
}

let diagrams = 0;
let faults = 0;
const kinds = new Set();

/** The diagrams of a file with the lines they begin at. A snapshot may be one diagram as a whole. */
function diagramsIn(path, text) {
  if (path.endsWith(".snap") && /^expression: .*mermaid/m.test(text)) {
    const body = text.indexOf("\n---\n") + 5;
    return [[text.slice(body), body]];
  }
  const fences = [...text.matchAll(/^( *)```mermaid\n(.*?)^\1```$/gms)];
  return fences.map((fence) => [fence[2], fence.index]);
}

for (const path of process.argv.slice(2)) {
  const text = readFileSync(path, "utf8");
  for (const [body, start] of diagramsIn(path, text)) {
    const diagram = body.trimEnd();
    diagrams += 1;
    kinds.add(diagram.trim().split(/\s/, 1)[0]);
    for (const [version, mermaid] of versions) {
      const fault = await faultOf(mermaid, diagram);
      if (fault) {
        faults += 1;
        const line = text.slice(0, start).split("\n").length;
        console.log(`${path}:${line}: ${version}: ${fault}`);
      }
    }
  }
}
const counted = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
console.log(
  faults
    ? counted(faults, "fault")
    : `${counted(diagrams, "diagram")} (${[...kinds].sort().join(", ")})`,
);
process.exitCode = faults ? 1 : 0;
