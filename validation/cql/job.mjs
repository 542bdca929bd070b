// One job: translate every library, then evaluate those without errors for every record.

import { evaluate, load } from "./evaluate.mjs";
import { translate } from "./translate.mjs";

/** Do one job; README.md describes its form and that of the result. */
export async function doJob({ libraries, records = [], evaluate: wanted = true }) {
  if (!Array.isArray(libraries)) throw new Error("the job has no list of libraries");
  const start = performance.now();
  const translations = translateAll(libraries);
  const translatedAt = performance.now();
  const results = wanted ? await evaluateAll(translations, records) : {};
  return {
    translated: Object.fromEntries([...translations].map(([name, { errors }]) => [name, { errors }])),
    results,
    seconds: { translate: (translatedAt - start) / 1000, execute: (performance.now() - translatedAt) / 1000 },
  };
}

function translateAll(libraries) {
  const translations = new Map();
  for (const { name, cql } of libraries) {
    if (translations.has(name)) throw new Error(`two libraries are named ${name}`);
    translations.set(name, translate(cql));
  }
  return translations;
}

async function evaluateAll(translations, records) {
  const isSound = ([, { errors }]) => !errors.some((error) => error.severity === "error");
  const loaded = [...translations].filter(isSound).map(([name, { elm }]) => [name, load(elm)]);
  const results = {};
  for (const { id, parameters = {} } of records) {
    if (Object.hasOwn(results, id)) throw new Error(`two records have the id ${id}`);
    const stray = Object.keys(parameters).find((name) => !translations.has(name));
    if (stray) throw new Error(`record ${id} has parameters for ${stray}, which is not a library of this job`);
    results[id] = await evaluateRecord(loaded, id, parameters);
  }
  return results;
}

async function evaluateRecord(loaded, id, parameters) {
  const answers = {};
  for (const [name, library] of loaded) {
    try {
      answers[name] = await evaluate(library, parameters[name] ?? {});
    } catch (error) {
      throw new Error(`record ${id}, library ${name}: ${error.message}`);
    }
  }
  return answers;
}
