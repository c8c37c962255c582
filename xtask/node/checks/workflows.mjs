// GitHub's own language service, asked about workflows, action files and the examples in Markdown files.
//
//     node <workflows.mjs, bundled> <root> <path>...
//
// Prints one line for each fault and ends with 1 if there is one; bundled, because Node.js does not load the service
// as it is published. Asks nobody: what an action of another repository takes is not known here and not checked.
// Actions and workflows of this repository are read from its files.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { registerLogger, validate } from "@actions/languageservice";
import { isActionStep } from "@actions/workflow-parser/model/type-guards";
import { data, DescriptionDictionary } from "@actions/expressions";
import { TextDocument } from "vscode-languageserver-textdocument";
import { parse } from "yaml";

/** By which name other repositories call this one, whoever owns it. */
const REPOSITORY = "emr-eks-actions";

const [root, ...paths] = process.argv.slice(2);
let faults = 0;
let texts = 0;

function fault(path, line, column, message) {
  faults += 1;
  console.log(`${path}:${line}:${column}: ${message.replaceAll("\n", " ")}`);
}

// The service catches what it did not expect, and says it here alone.
let unexpected = [];
registerLogger({ error: (message) => unexpected.push(message), warn() {}, info() {}, log() {} });

function own(path) {
  return { name: path, content: readFileSync(join(root, path), "utf8") };
}

/** The metadata of an action of this repository, or nothing. */
function ownAction(folder) {
  try {
    return parse(own(join(folder, "action.yml")).content);
  } catch {
    return undefined;
  }
}

const fileProvider = {
  async getFileContent(reference) {
    if (reference.repository && reference.repository !== REPOSITORY) {
      throw new Error(`${reference.owner}/${reference.repository} is not this repository`);
    }
    return own(reference.path);
  },
};

const actionsMetadataProvider = {
  async fetchActionMetadata({ name, path }) {
    // Without inputs the service checks none: nothing is known about actions of others.
    return name === REPOSITORY ? ownAction(path ?? "") : { name, description: "" };
  },
};

/** The folder of a step's action in this repository, or nothing. */
function ownFolder(uses) {
  if (uses.startsWith("$/")) {
    return uses.slice(2);
  }
  const [action] = uses.split("@");
  const [, name, ...folder] = action.split("/");
  return name === REPOSITORY ? folder.join("/") : undefined;
}

/** The context `steps`, in which a step of an own action has the outputs of its action.yml and no others. */
function stepsContext(known, { job }) {
  const exact = new DescriptionDictionary();
  exact.complete = known.complete;
  for (const { key: id, value: step } of known.pairs()) {
    const uses = job?.steps?.find((step) => step.id === id && isActionStep(step))?.uses.value;
    const folder = uses && ownFolder(uses);
    const outputs = folder === undefined ? undefined : ownAction(folder)?.outputs;
    exact.add(id, outputs ? withOutputs(step, Object.keys(outputs)) : step);
  }
  return exact;
}

function withOutputs(step, names) {
  const outputs = new DescriptionDictionary();
  for (const name of names) {
    outputs.add(name, new data.StringData(""));
  }
  const exact = new DescriptionDictionary();
  for (const { key, value } of step.pairs()) {
    exact.add(key, key === "outputs" ? outputs : value);
  }
  return exact;
}

function configuration(isPart) {
  return {
    fileProvider,
    actionsMetadataProvider,
    contextProviderConfig: {
      async getContext(name, known, workflow) {
        if (isPart && (name === "steps" || name === "needs")) {
          // The steps and jobs around an example are not shown.
          known.complete = false;
        }
        return name === "steps" ? stepsContext(known, workflow) : undefined;
      },
    },
  };
}

/** Checks a text; `place` turns lines and columns of the text into those of the file it stands in. */
async function check(path, text, place = (line, column) => [line, column], isPart = false) {
  // `$/` is an action of the same repository, as `./` is after a checkout; only the former is looked up.
  const same = text.replaceAll(/(\buses: *)\.\//g, "$1$/");
  // The service remembers what it has read by its address, so each text has its own.
  texts += 1;
  const name = path.endsWith(".md") ? ".github/workflows/example.yml" : path;
  const document = TextDocument.create(`file:///${texts}/${name}`, "yaml", 1, same);
  for (const { range, message, code } of await validate(document, configuration(isPart))) {
    // An example that leaves something out says so.
    if (isPart && text.includes("…") && code === "missing-required-inputs") {
      continue;
    }
    fault(path, ...place(range.start.line + 1, range.start.character + 1), message);
  }
  for (const message of unexpected) {
    fault(path, ...place(1, 1), message);
  }
  unexpected = [];
}

const indented = (text, width) => text.replaceAll(/^(?=.)/gm, " ".repeat(width));

/** The workflow that an example is a part of: a whole one, jobs, one job, or steps. Nothing for other YAML. */
function workflowAround(text) {
  let value;
  try {
    value = parse(text);
  } catch {
    return undefined;
  }
  const head = "on: pull_request\n";
  if (Array.isArray(value) && value.every((step) => step?.uses || step?.run)) {
    const job = `${head}jobs:\n  example:\n    runs-on: ubuntu-latest\n    steps:\n`;
    return { text: job + indented(text, 6), lines: 5, columns: 6, isPart: true };
  }
  if (value?.jobs) {
    const lines = value.on ? 0 : 1;
    return { text: (lines ? head : "") + text, lines, columns: 0, isPart: !value.on };
  }
  if (value && Object.values(value).every((job) => job?.["runs-on"] || job?.uses)) {
    return { text: `${head}jobs:\n${indented(text, 2)}`, lines: 2, columns: 2, isPart: true };
  }
  return undefined;
}

async function checkExamples(path, text) {
  let examples = 0;
  for (const match of text.matchAll(/^```ya?ml\n(.*?)^```$/gms)) {
    const example = workflowAround(match[1]);
    if (example) {
      examples += 1;
      const before = text.slice(0, match.index).split("\n").length;
      const place = (line, column) => [before + line - example.lines, column - example.columns];
      await check(path, example.text, place, example.isPart);
    }
  }
  return examples;
}

let files = 0;
let examples = 0;
for (const path of paths) {
  const text = own(path).content;
  if (path.endsWith(".md")) {
    examples += await checkExamples(path, text);
  } else {
    files += 1;
    await check(path, text);
  }
}
const counted = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
console.log(
  faults ? counted(faults, "fault") : `${counted(files, "file")}, ${counted(examples, "example")}`,
);
process.exitCode = faults ? 1 : 0;
