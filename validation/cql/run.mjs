// Usage: node run.mjs job.json > result.json          (README.md describes both files)
//        node run.mjs jobs.jsonl > results.jsonl      (one job per line, one result per line)

import { readFileSync } from "node:fs";
import { doJob } from "./job.mjs";

async function main([path]) {
  // Whatever the translator logs must not end up inside the JSON.
  console.log = console.info = console.debug = console.error;
  if (!path) throw new Error("no job file given; usage: node run.mjs job.json");
  const text = readFileSync(path, "utf8");
  const jobs = path.endsWith(".jsonl") ? text.split("\n").filter((line) => line.trim()) : [text];
  for (const job of jobs) process.stdout.write(JSON.stringify(await doJob(JSON.parse(job))) + "\n");
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 2;
});
