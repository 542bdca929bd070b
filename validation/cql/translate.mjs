// CQL text to ELM (the tree that CQL engines run), by the reference translator.

import { SystemModelInfoProvider } from "@cqframework/cql/cql";
import { CqlCompilerOptions, CqlTranslator, LibraryManager, ModelManager } from "@cqframework/cql/cql-to-elm";

// The translator's own list of System types is the same for every library, so it is read once.
// A LibraryManager is not shared, so that no library can see another.
const models = new ModelManager();
models.modelInfoLoader.registerModelInfoProvider(new SystemModelInfoProvider());

// A truth value is not a list of one, nor the other way round. The defaults that are left out add annotations
// and locators, which nothing here reads.
const { DisableListDemotion, DisableListPromotion, DisableListTraversal } = CqlCompilerOptions.Options;
const STRICT = [DisableListDemotion, DisableListPromotion, DisableListTraversal];

/**
 * Translate one library.
 *
 * The translator turns a definition that it rejects into the constant null and carries on:
 * never run the ELM of a library that has errors.
 */
export function translate(cql) {
  const options = new CqlCompilerOptions();
  options.setOptions(STRICT);
  const translator = CqlTranslator.fromText(cql, new LibraryManager(models, options));
  const elm = JSON.parse(translator.toJson());
  return { elm, errors: elm.library.annotation.filter((note) => note.type === "CqlToElmError").map(readError) };
}

function readError({ message, startLine, startChar, errorSeverity }) {
  return { message, line: startLine ?? null, column: startChar ?? null, severity: errorSeverity };
}
