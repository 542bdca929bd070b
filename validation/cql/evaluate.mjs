// ELM and the parameters of one record to answers, by cql-execution.

import { DateTime, Library, NullMessageListener, PatientContext } from "cql-execution";
// Not part of the engine's public face: made for dates of unknown precision, but its operators take any number.
import { Uncertainty } from "cql-execution/lib/datatypes/uncertainty.js";

const SYSTEM = "{urn:hl7-org:elm-types:r1}";
const MAX_INTEGER = 2 ** 31 - 1; // CQL, Integer: 32 bits, signed
// Made once: without them the engine makes its own for every record, and the subset of CQL that we use reads neither.
const NOW = DateTime.fromJSDate(new Date(0));
const SILENT = new NullMessageListener();

/** The engine's own check of parameters rejects ranges; `toValue` has checked them already. */
class RecordContext extends PatientContext {
  checkParameters() {
    return true;
  }
}

/** Prepare a translated library for evaluation. */
export function load(elm) {
  // Without a default, a parameter that is null or not supplied is sometimes undefined or the definition
  // itself, and the engine's `and` takes both for true.
  for (const parameter of elm.library.parameters?.def ?? []) parameter.default ??= { type: "Null" };
  return new Library(elm);
}

/** Evaluate every definition of a library, `{name: answer}`, for the parameters of one record. */
export async function evaluate(library, parameters) {
  const answers = await execute(library, toParameters(library, parameters));
  for (const [name, value] of Object.entries(answers)) answers[name] = fromValue(value, name);
  return answers;
}

/** The engine's own work, and nothing else: its values in, its values out. */
export async function execute(library, values) {
  const context = new RecordContext(library, null, null, values, NOW, SILENT);
  const answers = {};
  for (const [name, definition] of Object.entries(library.expressions)) {
    // A definition that an earlier one refers to has its answer in the context already.
    answers[name] = Object.hasOwn(context.context_values, name)
      ? context.context_values[name]
      : await definition.execute(context);
  }
  return answers;
}

/** Turn the parameters of one record, as JSON, into the engine's values. */
export function toParameters(library, parameters) {
  const values = {};
  for (const [name, value] of Object.entries(parameters)) {
    const declared = library.parameters[name];
    if (!declared) throw new Error(`parameter ${name} is not declared in library ${library.name}`);
    values[name] = toValue(value, declared.parameterTypeSpecifier, `parameter ${name}`);
  }
  return values;
}

/** Turn JSON into the engine's value of a declared type; `where` names the place in an error. */
function toValue(json, type, where) {
  if (json == null) return null;
  if (type.type === "ListTypeSpecifier") return toList(json, type.elementType, where);
  if (type.type === "TupleTypeSpecifier") return toTuple(json, type.element, where);
  if (Object.hasOwn(json, "from") && Object.hasOwn(json, "to")) return toRange(json, type, where);
  if (!isOfType(json, type)) throw wrongType(json, type.name?.replace(SYSTEM, "") ?? type.type, where);
  return json;
}

function toList(json, elementType, where) {
  if (!Array.isArray(json)) throw wrongType(json, "a list", where);
  return json.map((entry, index) => toValue(entry, elementType, `${where}[${index}]`));
}

function toTuple(json, elements, where) {
  if (typeof json !== "object" || Array.isArray(json)) throw wrongType(json, "an object", where);
  const names = elements.map((element) => element.name);
  const unknown = Object.keys(json).find((name) => !names.includes(name));
  if (unknown) throw new Error(`${where} has the field ${unknown}, expected ${names.join(", ")}`);
  return Object.fromEntries(
    elements.map(({ name, elementType }) => [name, toValue(json[name], elementType, `${where}.${name}`)]),
  );
}

/** Both ends are required: the engine's `+` takes a missing end for 0, and its ToDecimal fails on one. */
function toRange({ from, to }, type, where) {
  const isRange = typeof from === "number" && isOfType(from, type) && isOfType(to, type) && from <= to;
  if (!isRange) throw wrongType({ from, to }, "a range of two numbers, the smaller first", where);
  return new Uncertainty(from, to);
}

function isOfType(json, { name }) {
  switch (name) {
    case `${SYSTEM}Boolean`:
      return typeof json === "boolean";
    case `${SYSTEM}Integer`:
      return Number.isInteger(json) && Math.abs(json) <= MAX_INTEGER;
    case `${SYSTEM}Decimal`:
      return Number.isFinite(json);
    case `${SYSTEM}String`:
      return typeof json === "string";
    default:
      return false;
  }
}

function wrongType(json, expected, where) {
  return new Error(`${where} is ${JSON.stringify(json)}, expected ${expected}`);
}

/** Turn the engine's value into JSON; undefined, NaN or an object of the engine is a fault, never an answer. */
function fromValue(value, where) {
  if (value === null || ["boolean", "string"].includes(typeof value) || Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((entry, index) => fromValue(entry, `${where}[${index}]`));
  if (value instanceof Uncertainty) return { from: fromValue(value.low, where), to: fromValue(value.high, where) };
  throw new Error(`the engine's answer to ${where} is ${value}, expected null, a truth value, number, string or list`);
}
