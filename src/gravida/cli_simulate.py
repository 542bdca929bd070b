"""``gravida simulate``: what another policy would do to the same pregnancies."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gravida import __version__
from gravida.cli_folders import free_folder, whole_folder
from gravida.cli_numbers import allow, changes_of, numbered, print_lines, setting_of
from gravida.folders import Folders
from gravida.knowledge import Knowledge
from gravida.policies import Policy
from gravida.terminal import KNOWLEDGE, Fault, load_knowledge, no_such, plain_errors, progress
from gravida.units import weeks

if TYPE_CHECKING:
    from gravida.simulate.result import Result
    from gravida.simulate.runs import Job

MARK = "simulate.json"
"""The file by which a simulation of ours is known."""
LISTS_THEM = "gravida simulate --list"
SAMPLE = 100_000


@click.command("simulate")
@click.argument("policies", nargs=-1, metavar="POLICY...")
@click.option("-n", "people", type=click.IntRange(1, 999_999_999), default=100_000, show_default=True, help="How many pregnancies, of one person each.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Another seed makes other people; the same one makes the same.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="The folder to write, which must not be there or be empty.")
@click.option("--setting", metavar="NAME", help="Whose short cervices to follow; 'gravida synthesize --list' names them.")
@click.option("--set", "changes", multiple=True, callback=changes_of, metavar="NAME=VALUE", help="Change one number (may be repeated).")
@click.option("--psa", "draws", type=click.IntRange(2), metavar="DRAWS", help="Draw all numbers that have limits so many times: intervals for every result.")
@click.option("--tornado", is_flag=True, help="Set each number to its low and its high end, and look for values that turn the answer.")
@click.option("--sample", type=click.IntRange(1), help=f"People in each draw; as many as -n, at most {SAMPLE:,}, if not said.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; as many as processors, if not said. They change no result.")
@click.option("--force", is_flag=True, help="Take the place of a simulation that is there already.")
@click.option("--list", "listed", is_flag=True, help="List the policies with all that they do, and stop.")
@KNOWLEDGE
def simulate(
    policies: tuple[str, ...], people: int, seed: int, out: Path | None, setting: str | None, changes: dict[str, float], draws: int | None,
    sample: int | None, workers: int | None, knowledge: Folders, *, tornado: bool, force: bool, listed: bool,
) -> None:  # fmt: skip
    """Let the same made-up pregnancies live under several policies, and count.

    A policy says who is scanned, which recommendations are followed, and how often they are taken up. Whether something is
    due for somebody is decided by the guideline's own criteria, week by week. A person has the same luck under every
    policy, so what differs is the work of the policies. The first POLICY is the one that all are compared with.

    Everything here is made up, and many numbers are assumed: it shows what would follow from them, and is no evidence.
    DIR gets report.html to read; tables as .csv and .parquet; simulate.json with every number and its source.

    \b
    gravida simulate --list
    gravida simulate nobody after-two-losses after-one-loss universal --out compared
    gravida simulate nobody nice-2022 rcog-2022 -n 1000000 --psa 200 --tornado --out bodies
    gravida simulate nobody universal --set uptake_offered=0.6 --setting china --out china
    """
    with plain_errors():
        known = load_knowledge(knowledge)
        if listed:
            print_lines(_listed(known))
            return
        chosen, named = _chosen(policies, known), setting_of(setting, known.population)
        allow(changes, known.population)
        folder = free_folder(out, MARK, "a simulation", force=force)
        wish = _Wish(known, chosen, people, seed, named, changes, draws or 0, tornado, min(sample or SAMPLE, people), workers or os.cpu_count() or 1)
        _write(wish, folder)


@dataclass(frozen=True)
class _Wish:
    """What somebody asked for."""

    knowledge: Knowledge
    policies: tuple[Policy, ...]
    people: int
    seed: int
    setting: str
    changes: dict[str, float]
    draws: int
    tornado: bool
    sample: int
    workers: int


def _chosen(named: tuple[str, ...], knowledge: Knowledge) -> tuple[Policy, ...]:
    """Return the policies that are meant, each of which can be followed with this knowledge."""
    if not knowledge.policies:
        raise Fault("this knowledge holds no policies: it has no file policies/*.yaml")
    if not named:
        raise Fault(f"name the policies to compare, such as: nobody universal; '{LISTS_THEM}' lists them")
    for number, name in enumerate(named):
        if name not in knowledge.policies:
            raise no_such("policy", name, knowledge.policies, LISTS_THEM)
        if name in named[:number]:
            raise Fault(f"the policy {name} is named twice; each is lived through once")
    found = tuple(knowledge.policies[name] for name in named)
    for policy in found:
        for key in (key for line in policy.lines for key in line.follows):
            if key not in knowledge.recommendations:
                raise Fault(f"{policy.path}: the policy {policy.id} follows {key}, which an overlay takes away; change the policy, or leave the overlay out")
    return found


def _write(wish: _Wish, folder: Path) -> None:
    """Write everything, or nothing if it is stopped."""
    with whole_folder(folder) as beside:
        lines = _written(wish, beside)
    click.echo("\n".join(lines))
    click.echo(f"wrote {folder}; begin with {folder / 'report.html'}", err=True)


def _written(wish: _Wish, folder: Path) -> list[str]:
    from gravida.simulate.output import write_facts, write_tables  # noqa: PLC0415  (needs what few commands need)
    from gravida.simulate.report import html, summary  # noqa: PLC0415
    from gravida.simulate.runs import Job  # noqa: PLC0415

    job = Job(wish.knowledge, wish.policies, wish.seed, wish.people, wish.setting, wish.changes)
    result = _result(wish, job)
    write_tables(result, folder)
    write_facts(result, __version__, folder / MARK)
    (folder / "report.html").write_text(html(result), encoding="utf-8")
    return summary(result)


def _result(wish: _Wish, job: "Job") -> "Result":
    from gravida.simulate.result import Result  # noqa: PLC0415
    from gravida.simulate.runs import Runner  # noqa: PLC0415
    from gravida.simulate.tally import MAIN, OUTCOMES  # noqa: PLC0415
    from gravida.simulate.uncertain import flips, sensitivity_draws, swings, uncertain, used_by  # noqa: PLC0415

    used = used_by(job)
    drawn = sensitivity_draws(uncertain(used), job.seed, wish.draws)
    with Runner(job, wish.workers) as runner:
        with progress("living through it") as advance:
            (totals,) = runner.run([{}], wish.people, advance)
        with progress("drawing numbers") as advance:
            draws = runner.run(drawn, wish.sample, advance) if drawn else []
        with progress("one number at a time") as advance:
            found = swings(runner, uncertain(used), wish.sample, advance) if wish.tornado else []
        with progress("where the answer turns") as advance:
            turned = flips(runner, found, OUTCOMES.index(MAIN), wish.sample, advance)
    return Result(job, totals, used, drawn, draws, found, turned, wish.sample if drawn or found else 0)


def _listed(known: Knowledge) -> Iterator[str]:
    """Yield every policy with its lines, and the numbers that they name."""
    for policy in known.policies.values():
        yield f"{policy.id}: {policy.label}. {policy.says}"
        for line in policy.lines:
            when = " ".join(f"{word} {weeks(day)}" for word, day in (("from", line.first), ("to", line.last)) if day is not None)
            basis = line.own.who.text if line.own and line.own.who else "everybody" if line.own else ", ".join(line.follows)
            yield f"- {line.act} ({line.uptake}){' ' + when if when else ''}: {basis}"
        yield from (f"- left out: {each}" for each in policy.leaves_out)
        yield ""
    yield "Numbers that policies name (--set NAME=VALUE); 'gravida synthesize --list' has all others"
    named = sorted({line.uptake for policy in known.policies.values() for line in policy.lines if isinstance(line.uptake, str)})
    yield from (f"- {numbered(known.population.parameters[name])}" for name in named)
