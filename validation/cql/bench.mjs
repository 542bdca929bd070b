// How long cql-execution takes for one record, once it is warm.   Usage: node bench.mjs job.json > result.json
//
// The job is that of run.mjs with `rounds`: so many times every record is evaluated by all libraries and timed, twice:
// `api` through the engine's own Executor, `bare` through its classes as evaluate.mjs uses them, which check nothing,
// make no clock, and take over what an earlier definition has worked out. Reading JSON, translating, and turning JSON
// into the engine's values are outside both times. The result: {id: {api: [milliseconds, …], bare: […]}};
// `api` is empty where the Executor refuses a record, which it does with ranges.

import { readFileSync } from "node:fs";
import { Executor } from "cql-execution";
import { execute, load, toParameters } from "./evaluate.mjs";
import { translate } from "./translate.mjs";

console.log = console.info = console.debug = console.error;
const WARM_UP = 20;

/** One patient without any data: all that our libraries know comes in as parameters. */
class OnePatient {
  patient = { getId: () => "one", findRecords: () => [] };
  currentPatient() {
    return this.patient;
  }
  nextPatient() {
    return (this.patient = undefined);
  }
}

async function byApi(work) {
  for (const [library, values] of work) await new Executor(library, undefined, values).exec(new OnePatient());
}

async function bare(work) {
  for (const [library, values] of work) await execute(library, values);
}

async function timed(run, work) {
  const start = performance.now();
  await run(work);
  return performance.now() - start;
}

async function isAccepted(work) {
  return byApi(work).then(
    () => true,
    () => false,
  );
}

async function main(path) {
  const { libraries, records, rounds } = JSON.parse(readFileSync(path, "utf8"));
  const loaded = libraries.map(({ name, cql }) => [name, load(translate(cql).elm)]);
  const times = {};
  const jobs = [];
  for (const { id, parameters } of records) {
    const work = loaded.map(([name, library]) => [library, toParameters(library, parameters[name])]);
    times[id] = { api: [], bare: [] };
    if (await isAccepted(work)) jobs.push([times[id].api, byApi, work]);
    jobs.push([times[id].bare, bare, work]);
  }
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const [found, run, work] of jobs) {
      const milliseconds = await timed(run, work);
      if (round >= 0) found.push(milliseconds);
    }
  }
  process.stdout.write(JSON.stringify(times) + "\n");
}

await main(process.argv[2]);
