// What we rely on, and the traps that README.md describes, pinned.   Run: npm test

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { Library, PatientContext } from "cql-execution";
import { doJob } from "./job.mjs";
import { translate } from "./translate.mjs";

const HEADER = `library Test version '1'
parameter a Boolean
parameter b Boolean
parameter x Integer
parameter y Integer
parameter d Decimal
parameter s String
parameter flags List<Boolean>
parameter births List<Tuple{ended_days Integer, onset String, labour Boolean}>
define function ga("weeks" Integer, "days" Integer): "weeks" * 7 + "days"
define function AtLeast(k Integer, truths List<Boolean>):
  case when truths is null then null
       when Count(truths t where t is true return all 1) >= k then true
       when Count(truths t where t is not false return all 1) < k then false
       else null as Boolean end
`;
const TRUTHS = [true, false, null];

/** The answers to several expressions, one list of them per record of parameters. */
async function askAll(expressions, records) {
  const cql = HEADER + expressions.map((expression, i) => `define answer${i}: ${expression}\n`).join("");
  const { translated, results } = await doJob({
    libraries: [{ name: "Test", cql }],
    records: records.map((parameters, i) => ({ id: i, parameters: { Test: parameters } })),
  });
  assert.deepEqual(translated.Test.errors, []);
  return records.map((_, i) => Object.values(results[i].Test));
}

async function ask(expression, parameters = {}) {
  return (await askAll([expression], [parameters]))[0][0];
}

async function problems(text) {
  const { translated } = await doJob({ libraries: [{ name: "Test", cql: HEADER + text }], evaluate: false });
  return translated.Test.errors.map(({ severity, message }) => `${severity}: ${message}`);
}

/** What a statement about unknown things comes to: true or false if every possibility agrees, else unknown. */
function agreed(possibilities) {
  return possibilities.every((one) => one === possibilities[0]) ? possibilities[0] : null;
}

test("the header translates without an error or a warning", async () => {
  assert.deepEqual(await problems(""), []);
});

test("and, or, not: the tables", async () => {
  const pairs = TRUTHS.flatMap((a) => TRUTHS.map((b) => ({ a, b })));
  const possible = (truth) => (truth === null ? [true, false] : [truth]);
  const expected = pairs.map(({ a, b }) => [
    agreed(possible(a).flatMap((p) => possible(b).map((q) => p && q))),
    agreed(possible(a).flatMap((p) => possible(b).map((q) => p || q))),
    agreed(possible(a).map((p) => !p)),
  ]);
  assert.deepEqual(await askAll(["a and b", "a or b", "not a"], pairs), expected);
});

test("a parameter that is not supplied is null, like one that is null", async () => {
  const truths = ["a", "a and true", "a or false", "not a", "x = 1", "x < 1", "s = 'z'", "AtLeast(1, flags)"];
  const expressions = [...truths, "x + 1", "flags"];
  const nulls = { a: null, x: null, s: null, flags: null };
  const unknown = expressions.map(() => null);
  assert.deepEqual(await askAll(expressions, [{}, nulls]), [unknown, unknown]);
});

test("a null parameter is null inside a query too", async () => {
  const births = [{ labour: true, ended_days: 3 }];
  const expressions = ["births p return all (p.labour and a)", "births p return all (p.ended_days > x)"];
  assert.deepEqual(await askAll(expressions, [{ births }]), [[[null], [null]]]);
});

test("AtLeast: every list of up to 3 truths, every k up to 4", async () => {
  const longer = (lists) => lists.flatMap((list) => TRUTHS.map((truth) => [...list, truth]));
  const lists = [[[]], longer([[]]), longer(longer([[]])), longer(longer(longer([[]])))].flat();
  const count = (list, ...wanted) => list.filter((truth) => wanted.includes(truth)).length;
  const atLeast = (k, list) => (count(list, true) >= k ? true : count(list, true, null) < k ? false : null);
  const actual = await askAll([1, 2, 3, 4].map((k) => `AtLeast(${k}, flags)`), lists.map((flags) => ({ flags })));
  assert.deepEqual(actual, lists.map((list) => [1, 2, 3, 4].map((k) => atLeast(k, list))));
});

test("exactly k; an unknown list is unknown, an empty one is empty", async () => {
  assert.equal(await ask("AtLeast(1, flags) and not AtLeast(2, flags)", { flags: [true, null, false] }), null);
  assert.equal(await ask("AtLeast(1, flags) and not AtLeast(2, flags)", { flags: [true, false] }), true);
  assert.equal(await ask("AtLeast(1, flags)", { flags: null }), null);
  assert.equal(await ask("AtLeast(1, flags)", { flags: [] }), false);
});

test("truth lists: equal entries do not collapse, missing fields and blank entries are unknown", async () => {
  const births = [{ onset: "spontaneous", ended_days: 150 }, { onset: "spontaneous", ended_days: 150 }, {}, null];
  const each = "births p return all (p.onset = 'spontaneous' and p.ended_days between ga(14, 0) and ga(23, 6))";
  assert.deepEqual(await ask(each, { births }), [true, true, null, null]);
  assert.equal(await ask(`AtLeast(2, ${each})`, { births }), true);
  assert.equal(await ask(each, { births: null }), null);
  assert.deepEqual(await ask(each, { births: [] }), []);
});

// Every range with ends in 0..4; one number is a range of itself.
const ENDS = [0, 1, 2, 3, 4];
const RANGES = ENDS.flatMap((from) => ENDS.filter((to) => to >= from).map((to) => ({ from, to })));
const values = ({ from, to }) => ENDS.filter((value) => from <= value && value <= to);
const COMPARISONS = {
  "=": (p, q) => p === q,
  "!=": (p, q) => p !== q,
  "<": (p, q) => p < q,
  "<=": (p, q) => p <= q,
  ">": (p, q) => p > q,
  ">=": (p, q) => p >= q,
};

test("a range against a number, either way round, Integer and Decimal: every comparison", async () => {
  for (const [operator, compare] of Object.entries(COMPARISONS)) {
    const expected = RANGES.map((x) => {
      const [right, left] = [agreed(values(x).map((v) => compare(v, 2))), agreed(values(x).map((v) => compare(2, v)))];
      return [right, left, right, left];
    });
    const expressions = [`x ${operator} 2`, `2 ${operator} x`, `d ${operator} 2`, `2.0 ${operator} d`];
    assert.deepEqual(await askAll(expressions, RANGES.map((x) => ({ x, d: x }))), expected, operator);
  }
});

test("a range against a range: every comparison, plain and after + and -", async () => {
  const pairs = RANGES.flatMap((x) => RANGES.map((y) => ({ x, y })));
  for (const [operator, compare] of Object.entries(COMPARISONS)) {
    const every = ({ x, y }, statement) => agreed(values(x).flatMap((p) => values(y).map((q) => statement(p, q))));
    const expected = pairs.map((pair) => [
      every(pair, (p, q) => compare(p, q)),
      every(pair, (p, q) => compare(p + q, 4)),
      every(pair, (p, q) => compare(p - q, 1)),
    ]);
    const expressions = [`x ${operator} y`, `x + y ${operator} 4`, `x - y ${operator} 1`];
    assert.deepEqual(await askAll(expressions, pairs), expected, operator);
  }
});

test("a range between two numbers, and a number between two ranges", async () => {
  const expected = RANGES.map((x) => [
    agreed(values(x).map((v) => 1 <= v && v <= 3)),
    agreed(values(x).map((v) => v <= 2)),
    agreed(values(x).map((v) => v >= 2)),
  ]);
  const expressions = ["x between 1 and 3", "2 between x and 9", "2 between 0 and x"];
  assert.deepEqual(await askAll(expressions, RANGES.map((x) => ({ x }))), expected);
});

test("a range plus or minus a range is a range; a range with null is null", async () => {
  const parameters = { x: { from: 1, to: 2 }, y: { from: 10, to: 20 } };
  const ranges = {
    "x + y": { from: 11, to: 22 },
    "x - y": { from: -19, to: -8 },
    "y - x": { from: 8, to: 19 },
    "x + 1": { from: 2, to: 3 },
    "1 - x": { from: -1, to: 0 },
    "ga(x, 3)": { from: 10, to: 17 },
  };
  assert.deepEqual(await askAll(Object.keys(ranges), [parameters]), [Object.values(ranges)]);
  const nulls = ["x + d", "x - d", "d - x", "x < d", "x = d", "x != d", "x between d and 3"];
  assert.deepEqual(await askAll(nulls, [parameters]), [nulls.map(() => null)]);
});

test("a range inside an entry", async () => {
  const births = [[160, 167], [160, 175], [168, 175]].map(([from, to]) => ({ ended_days: { from, to } }));
  assert.deepEqual(await ask("births p return all (p.ended_days <= ga(23, 6))", { births }), [true, null, false]);
});

test("a decimal against the integer 25", async () => {
  const expressions = ["d < 25", "d <= 25", "d = 25", "d != 25", "d >= 25", "d > 25", "d = 25.0"];
  const below = [true, true, false, true, false, false, false];
  const equal = [false, true, true, false, true, false, true];
  const above = [false, false, false, true, true, true, false];
  const unknown = expressions.map(() => null);
  const records = [24.9, 25.0, 25.1, null, { from: 24.9, to: 25.1 }].map((d) => ({ d }));
  assert.deepEqual(await askAll(expressions, records), [below, equal, above, unknown, unknown]);
});

test("strings: case matters, null is unknown, quotes are escaped", async () => {
  const expressions = ["s = 'A'", "s != 'A'", "s = 'it\\'s'"];
  const records = [{ s: "A" }, { s: "a" }, { s: "" }, { s: null }, { s: "it's" }];
  const neither = [false, true, false];
  const expected = [[true, false, false], neither, neither, [null, null, null], [false, true, true]];
  assert.deepEqual(await askAll(expressions, records), expected);
});

test("precision: a decimal is compared to the last digit", async () => {
  const records = [{ d: 25.1 }, { d: 25.100001 }, { d: 25.00000001 }];
  assert.deepEqual(await askAll(["d = 25.1", "d <= 25"], records), [[true, false], [false, false], [false, false]]);
});

test("trap: not binds tighter than = and between", async () => {
  const rejected = ["error: Could not resolve call to operator Not with signature (System.Integer)."];
  assert.deepEqual(await problems("define q: not x = 1"), rejected);
  assert.deepEqual(await problems("define q: not x between 1 and 2"), rejected);
  assert.equal(await ask("not (x = 1)", { x: 2 }), true);
});

test("trap: weeks and days are reserved words, so they stand in quotes", async () => {
  assert.match((await problems("define function f(weeks Integer): weeks * 7"))[0], /Syntax error at weeks/);
});

test("trap: a string that is also the name of a parameter or earlier definition is a warning", async () => {
  const [warning] = await problems("define q: s = 'flags'");
  assert.match(warning, /^warning: String literal 'flags' matches the identifier flags\./);
});

test("trap: a parameter that is also a name inside the header's functions is a warning, with no line", async () => {
  const cql = HEADER.replace("parameter s ", "parameter k ");
  const { translated } = await doJob({ libraries: [{ name: "Test", cql }] });
  const message = "An operand identifier k is hiding another identifier of the same name.";
  assert.deepEqual(translated.Test.errors, [{ message, line: null, column: null, severity: "warning" }]);
});

test("trap: an alias that is also the name of a parameter is a warning", async () => {
  const warning = "warning: An alias identifier a is hiding another identifier of the same name.";
  assert.deepEqual(await problems("define q: births a return all (a.labour)"), [warning]);
});

test("trap: a truth value is not a list of one", async () => {
  assert.match((await problems("define q: AtLeast(1, a)"))[0], /^error: Could not resolve call to operator AtLeast/);
});

test("trap: without return all, equal entries collapse", async () => {
  const lists = ["flags t return t", "flags t where t", "flags t return all t"];
  const counts = ["Count(flags t where t is true)", "Count(flags t where t is true return all 1)"];
  const expected = [[true], [true], [true, true], 1, 2];
  assert.deepEqual(await askAll([...lists, ...counts], [{ flags: [true, true] }]), [expected]);
});

test("trap: what is unknown counts as absent", async () => {
  const expressions = ["Count(flags)", "exists flags", "x in {1, 2}", "Sum({x, 5})", "Max({x, 5})"];
  assert.deepEqual(await askAll(expressions, [{}]), [[0, false, false, 5, 5]]);
});

test("trap: a sum of counts counts one pregnancy twice", async () => {
  const losses = "Count(births p where p.ended_days between ga(16, 0) and ga(23, 6) return all 1)";
  const preterm = "Count(births p where p.ended_days between ga(20, 0) and ga(36, 6) return all 1)";
  assert.equal(await ask(`${losses} + ${preterm} >= 2`, { births: [{ ended_days: 140 }] }), true);
});

test("trap: a range that appears twice is two unrelated ranges", async () => {
  const expressions = ["x = x", "x - x", "x < 2 or x >= 2", "x between 3 and 2"];
  assert.deepEqual(await askAll(expressions, [{ x: { from: 1, to: 4 } }]), [[null, { from: -3, to: 3 }, null, null]]);
});

test("trap: in, ~ and the sign do not understand ranges", async () => {
  const x = { from: 1, to: 2 };
  assert.deepEqual(await askAll(["x in {1, 2}", "x ~ 1", "-x > -3"], [{ x }]), [[false, false, false]]);
  await assert.rejects(ask("-x", { x }), /the engine's answer to answer0 is NaN/);
});

test("trap: decimals are binary, so that 0.1 + 0.2 is not 0.3", async () => {
  assert.deepEqual(await askAll(["d + 0.2 = 0.3", "d + 0.2"], [{ d: 0.1 }]), [[false, 0.30000000000000004]]);
});

test("trap: the bare engine takes a missing parameter for true, and so a null one inside a query", async () => {
  const bare = (expression, parameters) => {
    const library = new Library(translate(`${HEADER}define q: ${expression}`).elm);
    return library.expressions.q.execute(new PatientContext(library, null, null, parameters));
  };
  assert.equal(await bare("a and true", {}), true);
  const births = [{ labour: true }];
  assert.deepEqual(await bare("births p return all (p.labour and a)", { a: null, births }), [true]);
});

test("trap: an integer that overflows is null, but an integer literal may be too large", async () => {
  assert.deepEqual(await askAll(["x + 1", "x > 3000000000"], [{ x: 2147483647 }]), [[null, false]]);
});

test("a library with an error is not evaluated, the others are", async () => {
  const libraries = [
    { name: "Good", cql: "library Good\ndefine q: true" },
    { name: "Bad", cql: "library Bad\ndefine p: true\ndefine q: nobody" },
  ];
  const { translated, results } = await doJob({ libraries, records: [{ id: "one" }] });
  const message = "Could not resolve identifier nobody in the current library.";
  const errors = [{ message, line: 3, column: 11, severity: "error" }];
  assert.deepEqual(translated, { Good: { errors: [] }, Bad: { errors } });
  assert.deepEqual(results, { one: { Good: { q: true } } });
});

test("a value of the wrong type is named in the error", async () => {
  await assert.rejects(ask("x", { x: 2.5 }), /^Error: record 0, library Test: parameter x is 2.5, expected Integer$/);
  await assert.rejects(ask("x", { z: 2 }), /parameter z is not declared in library Test/);
  await assert.rejects(ask("x", { x: { from: 3, to: 2 } }), /expected a range of two numbers, the smaller first/);
  await assert.rejects(ask("x", { x: { from: 3, to: null } }), /expected a range of two numbers/);
  await assert.rejects(ask("x", { births: [{ labour: 1 }] }), /parameter births\[0\].labour is 1, expected Boolean/);
  await assert.rejects(ask("x", { births: [{ labor: true }] }), /births\[0\] has the field labor, expected ended_days/);
});

test("the command reads a job, writes a result, and exits with 2 on an error", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "cql-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "job.json");
  const libraries = [{ name: "Test", cql: `${HEADER}define q: x < 2` }];
  writeFileSync(path, JSON.stringify({ libraries, records: [{ id: "one", parameters: { Test: { x: 1 } } }] }));
  assert.deepEqual(JSON.parse(command(path).stdout).results, { one: { Test: { q: true } } });
  const failed = command(join(folder, "missing.json"));
  assert.deepEqual([failed.status, failed.stdout], [2, ""]);
  assert.match(failed.stderr, /^error: ENOENT/);
});

test("the command does a file of jobs line by line", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "cql-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "jobs.jsonl");
  const job = (q) => JSON.stringify({ libraries: [{ name: "Test", cql: `${HEADER}define q: ${q}` }], records: [{ id: "one" }] });
  writeFileSync(path, `${job("1 < 2")}\n${job("2 < 1")}\n`);
  const answers = command(path).stdout.trim().split("\n").map((line) => JSON.parse(line).results.one.Test.q);
  assert.deepEqual(answers, [true, false]);
});

test("trap: a reserved word cannot be a field either, unless it is quoted in the criterion too", async () => {
  const about = (field) => `define q: ({Tuple{"${field}": true}}) p return all (p.${field})`;
  assert.deepEqual(await problems(about("collapsed")), []);
  assert.match((await problems(about("collapse")))[0], /^error: Syntax error at /);
});

function command(path) {
  const program = fileURLToPath(new URL("run.mjs", import.meta.url));
  return spawnSync(process.execPath, [program, path], { encoding: "utf8" });
}
