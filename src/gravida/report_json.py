"""An assessment as JSON, and the JSON Schema that it keeps to."""

from typing import Any

from pydantic import TypeAdapter

from gravida.assessment import Assessment, Centile, RiskStudy

_ADAPTER = TypeAdapter(Assessment)
_RISKS = TypeAdapter(dict[str, tuple[RiskStudy, ...] | tuple[Centile, ...]])


def to_json(assessment: Assessment) -> str:
    """Return the whole assessment: also what does not apply, is superseded or unverified, each with its flag."""
    return _ADAPTER.dump_json(assessment, indent=2).decode()


def risks_json(assessment: Assessment) -> str:
    """Return the published groups and centiles of an assessment alone."""
    return _RISKS.dump_json({"risks": assessment.risks, "centiles": assessment.centiles}, indent=2).decode()


def assessment_schema() -> dict[str, Any]:
    """Return the JSON Schema of :func:`to_json`."""
    schema = _ADAPTER.json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Assessment", **schema}
