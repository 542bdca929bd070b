"""From a request and what was gathered for it to cards: read, assess, say. Nothing of it is kept.

Judging takes the processor and not the network, so it runs in processes of its own (:class:`Pool`), each with the
knowledge loaded; the process that listens stays free to listen.
"""

import asyncio
import gc
import logging
import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from gravida.assess import assess
from gravida.fhir import FhirError, Reading, read_resources
from gravida.folders import Folders
from gravida.hooks_card_lines import Basis, Found
from gravida.hooks_cards import Card, cards
from gravida.hooks_fetch import Gathered
from gravida.hooks_order_cards import order_cards
from gravida.hooks_orders import recognise_all
from gravida.hooks_requests import MOST_ENTRIES, Refused, Request, refused, resources_of, templates
from gravida.knowledge import Knowledge
from gravida.knowledge_cache import load_kept
from gravida.markdown_text import inline
from gravida.prepare import prepare
from gravida.record import Record, RecordError
from gravida.undecided import undecided
from gravida.words import say, speak

LONGEST_SECONDS = 20
"""A card that comes later than that is no use to anybody."""
LOG = logging.getLogger("gravida.hooks")
UNREADABLE = "none of these resources is about context.patientId, or they are not FHIR R4; nothing was judged"


@dataclass(frozen=True, slots=True)
class Settings:
    """How records are read and judged. ``as_of`` is for trying things out; else it is today."""

    source: str = ""
    strict: bool = False
    guidelines: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    page: str = ""
    as_of: date | None = None


class Judge(Protocol):
    """Whatever turns a request into the cards of an answer."""

    @property
    def templates(self) -> Mapping[str, str]:
        """The prefetch templates, by key."""
        ...

    async def cards(self, request: Request, gathered: Gathered) -> list[dict[str, Any]]:
        """Return the cards as JSON. Raises :class:`Refused`."""
        ...

    def close(self) -> None:
        """Let go of everything that it holds."""
        ...


def judge(request: Request, gathered: Gathered, knowledge: Knowledge, settings: Settings) -> list[dict[str, Any]]:
    """Return the cards for a request. Raises :class:`Refused` with 422 for what is not the record of one patient."""
    speak(knowledge.words)
    orders = recognise_all(request.orders, request.patient, knowledge.codes, request.around)
    resources = [each for value in gathered.values.values() for each in resources_of(value)][:MOST_ENTRIES]
    if not resources or (request.hook != "patient-view" and not orders):
        return []
    day = settings.as_of or date.today()  # noqa: DTZ011  (the hospital's own calendar day is meant)
    try:
        reading = read_resources(resources, knowledge, as_of=day, patient=request.patient, source=settings.source, strict=settings.strict)
    except FhirError:
        raise refused(422, "invalid", UNREADABLE, "prefetch") from None
    except RecordError as error:
        return [_contradiction(error, settings).as_json()]
    assessment = assess(reading.record, knowledge, day, settings.guidelines, settings.countries, brief=True)
    basis = replace(_basis(reading, request, gathered, settings), unsettled=_unsettled(reading.record, knowledge, day))
    found = cards(assessment, knowledge, basis) if request.hook == "patient-view" else order_cards(orders, assessment, knowledge, basis)
    return [each.as_json() for each in found]


def _basis(reading: Reading, request: Request, gathered: Gathered, settings: Settings) -> Basis:
    partial = [f"{key} (later pages)" for key in gathered.partial]
    return Basis(
        found=tuple(Found(each.path, each.said, each.resource, str(each.day or "")) for each in reading.read),
        assumed=tuple(f"{each.says} ({each.name})" for each in reading.assumed),
        assumed_facts=reading.assumed_facts, conflicts=reading.conflicts, not_had=(*gathered.why, *partial),
        patient=request.patient, encounter=request.encounter, page=settings.page,
    )  # fmt: skip


def _unsettled(record: Record, knowledge: Knowledge, day: date) -> Callable[[str], list[str]]:
    """Return what tells the open questions of a recommendation in words; it is asked for few, and so only then worked out."""
    situation = prepare(record, knowledge.meaning, knowledge.largest_k, day)
    return lambda key: [question_label(each, knowledge) for each in sorted(undecided(knowledge.recommendations[key], situation, knowledge))]


def question_label(question: str, knowledge: Knowledge) -> str:
    """Return a question of :mod:`gravida.undecided` in a few words."""
    facts, lists = knowledge.dictionary.facts, knowledge.dictionary.lists
    if question in facts:
        return facts[question].words.label
    name, _, rest = question.partition("[")
    if name in lists:
        column = next((each for each in lists[name].fields.values() if each.source and rest.endswith(f".{each.source}")), None)
        return f"{lists[name].label}: {column.words.label}" if column else lists[name].label
    whole = question.removesuffix("_complete")
    return f"whether these are all {lists[whole].label}" if whole in lists else question


def _contradiction(error: RecordError, settings: Settings) -> Card:
    """Return the card that says that nothing was judged, because entries contradict each other. It is on the clinician's own screen."""
    lines = [f"- {inline(str(each))}" for each in error.problems]
    start = "**Nothing was judged, and no warning sign was looked for.** What was read from the record cannot all be true:"
    detail = "\n".join([start, "", *lines, "", f"*{say('notice.clinical')}*"])
    return Card("record", "The record itself", "warning", "This record cannot be judged: entries in it contradict each other", detail, settings.page)


def fault(error: BaseException) -> Refused:
    """Return the refusal for a fault of this program, and log its kind and place, which hold no value."""
    places = [f"{frame.f_code.co_filename.rpartition('/')[2]}:{line}" for frame, line in _frames(error)]
    LOG.error("a request could not be judged: %s at %s", type(error).__name__, places[-1] if places else "?")
    return refused(422, "exception", "a fault of this service; nothing was judged, and nothing follows from there being no card")


def _frames(error: BaseException) -> Iterator[tuple[Any, int]]:
    trace = error.__traceback__
    while trace:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next


class InProcess:
    """Judges in a thread of this process: for tests, and for a machine with one processor."""

    def __init__(self, knowledge: Knowledge, settings: Settings) -> None:
        self._knowledge, self._settings = knowledge, settings
        self.templates: Mapping[str, str] = templates(knowledge.codes)

    async def cards(self, request: Request, gathered: Gathered) -> list[dict[str, Any]]:
        """Return the cards as JSON. Raises :class:`Refused`."""
        return _unwrapped(await asyncio.to_thread(_guarded, lambda: judge(request, gathered, self._knowledge, self._settings)))

    def close(self) -> None:
        """Let go of nothing: it holds nothing."""


@dataclass(frozen=True, slots=True)
class _No:
    """A refusal on its way between processes."""

    status: int
    kind: str
    says: tuple[tuple[str, str], ...]


def _guarded(work: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]] | _No:
    """Return the cards, or why there are none. No exception leaves, because its text could hold a value and end in a log."""
    try:
        return work()
    except Refused as no:
        return _No(no.status, no.kind, tuple((each.place, each.says) for each in no.faults))
    except Exception as error:  # noqa: BLE001  (whatever it is, the caller is told that nothing was judged)
        return _guarded_fault(error)


def _guarded_fault(error: Exception) -> _No:
    no = fault(error)
    return _No(no.status, no.kind, tuple((each.place, each.says) for each in no.faults))


def _unwrapped(found: list[dict[str, Any]] | _No) -> list[dict[str, Any]]:
    if isinstance(found, _No):
        place, says = found.says[0]
        raise refused(found.status, found.kind, says, place)
    return found


_here: list[tuple[Knowledge, Settings]] = []
"""In a process that judges: the knowledge and the settings that it began with."""


def _begin(folders: Folders, settings: Settings) -> None:
    _here[:] = [(load_kept(folders), settings)]
    gc.collect()
    gc.freeze()  # the knowledge stays, so there is no need to look through it again and again


def _work(request: Request, gathered: Gathered) -> list[dict[str, Any]] | _No:
    knowledge, settings = _here[0]
    return _guarded(lambda: judge(request, gathered, knowledge, settings))


class Pool:
    """Judges in processes of its own. One that breaks is replaced, and the request is tried once more."""

    def __init__(self, knowledge: Knowledge, settings: Settings, workers: int) -> None:
        self.templates: Mapping[str, str] = templates(knowledge.codes)
        self._begin = (knowledge.folders, settings)
        self._workers = workers
        self._pool = self._new()

    def _new(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._workers, multiprocessing.get_context("spawn"), _begin, self._begin)

    async def cards(self, request: Request, gathered: Gathered) -> list[dict[str, Any]]:
        """Return the cards as JSON. Raises :class:`Refused`."""
        bare = replace(request, token="", prefetch={})  # what the other process does not need does not go there
        for _attempt in range(2):
            pool = self._pool
            try:
                async with asyncio.timeout(LONGEST_SECONDS):
                    return _unwrapped(await asyncio.get_running_loop().run_in_executor(pool, _work, bare, gathered))
            except TimeoutError:
                raise refused(422, "too-costly", f"this took longer than {LONGEST_SECONDS} seconds; nothing was judged") from None
            except BrokenExecutor as error:
                LOG.error("a process that judges has ended: %s", type(error).__name__)  # noqa: TRY400  (its text and trace may hold values)
                if self._pool is pool:
                    self._pool = self._new()
        raise refused(422, "exception", "a fault of this service; nothing was judged, and nothing follows from there being no card")

    async def warm(self) -> None:
        """Start every process, so that the first request does not wait for the knowledge to be loaded."""
        loop = asyncio.get_running_loop()
        nobody = Request("patient-view", "nobody")
        await asyncio.gather(*(loop.run_in_executor(self._pool, _work, nobody, Gathered()) for _ in range(self._workers * 4)))

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(wait=False, cancel_futures=True)
