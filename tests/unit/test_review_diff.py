"""Which verdicts a change moves: what is compared, what is shown, and what is said if there is nothing to compare with.

Each test has a repository of its own, with a copy of the toy in it.
"""

import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from gravida.cli import main
from gravida.library import load
from gravida.prepare import prepare
from gravida.random_records import random_records, read
from gravida.record import Record
from gravida.review_diff import cohort, compare
from gravida.verdict import judge

TOY = Path(__file__).parents[1] / "toy"
CROSS = "rivendell-2018-roads/cross-the-pass"
OWN, DOCUMENT, FACTS = f"guidelines/{CROSS}.yaml", "guidelines/rivendell-2018-roads/guideline.yaml", "facts/journey.yaml"
DONE, CANNOT = 0, 2


def git(folder, *arguments):
    author = ("-c", "user.name=Elrond", "-c", "user.email=elrond@example.org", "-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null")
    return subprocess.run(["git", "-C", str(folder), *author, *arguments], capture_output=True, text=True, check=True).stdout


def commit(folder, subject):
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", subject)


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Return a copy of the toy in a repository, committed once."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(TOY, tmp_path / "house" / "toy")
    git(tmp_path / "house", "init", "--quiet")
    commit(tmp_path / "house", "The roads")
    return tmp_path / "house" / "toy"


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def run(root, revision="HEAD", *options):
    result = CliRunner().invoke(main, ["review", "diff", revision, "--knowledge", str(root), *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def shown(root, *options):
    code, out, err = run(root, "HEAD", *options)
    assert (code, err) == (DONE, "")
    return "\n".join(out.splitlines()[1:]).strip()


# --- what is shown ------------------------------------------------------------------------------------------------------------


def test_nothing_changed(root):
    code, out, _ = run(root)

    assert code == DONE
    assert out.splitlines()[0].startswith("From ")
    assert out.splitlines()[0].endswith(", “The roads” to the files as they are now: no recommendation means anything else.")
    assert out.splitlines()[-1] == "No verdict moves."


def test_a_limit_is_changed(root):
    edit(root / OWN, "snow_mm <= 25", "snow_mm < 25")

    assert (
        shown(root, "--records", "0")
        == f"""{CROSS}
  before ↓  after →  now  now-if  withheld  done  passed  unknown  not-met
  now                  2       .         .     .       .        .        2
  now-if               .       1         .     .       .        .        .
  later                .       .         .     .       .        .        1
  withheld             .       .         2     .       .        .        .
  done                 .       .         .     1       .        .        .
  passed               .       .         .     .       3        .        .
  unknown              .       .         .     .       .       13        .
  not-met              .       .         .     .       .        .        6
  later → not-met (1):
    toy/guidelines/{CROSS}.yaml:23:5: the day before
  now → not-met (2):
    toy/guidelines/{CROSS}.yaml:22:5: first day
    toy/guidelines/{CROSS}.yaml:26:5: snow at the limit

Whom it is for, over all that were changed:
  before ↓  after →  true  false  unknown
  true                  7      3        .
  false                 .      6        .
  unknown               .      .       15

3 verdicts of 1 recommendation move."""
    )


def test_random_records_show_what_no_case_does(root):
    """Of each only what the move needs is shown, as a record that can be assessed."""
    edit(root / DOCUMENT, "j.ended_days between ga(14, 0) and ga(27, 6)", "j.ended_days between ga(14, 0) and ga(26, 6)")
    out = shown(root, "--records", "300")

    assert "    a random record, with what matters of it:\n      as_of: 2026-06-01\n      pregnancy:\n" in out
    assert "wounded" not in out
    assert "specialist_referral" not in out


def test_a_changed_fact_moves_whoever_rests_on_it(root):
    edit(root / FACTS, "valid_for: 1 day", "valid_for: 2 days")
    out = shown(root, "--records", "0")

    assert "rivendell-2018-roads/run-from-drums\n  before ↓  after →" in out
    assert "  unknown → met (1):\n    toy/facts/journey.yaml:99:9: the day before that\n" in out
    assert "Changed, and no verdict moves, 1:\n\n- rivendell-2018-roads/cross-the-pass\n" in out


def test_other_words_move_nothing(root):
    edit(root / OWN, "Orcs have stopped you twice.", "Orcs stopped you twice.")
    out = shown(root, "--records", "50")

    assert out.startswith("Whom it is for, over all that were changed:")
    assert f"Changed, and no verdict moves, 1:\n\n- {CROSS}\n" in out
    assert out.endswith("No verdict moves.")


def test_what_is_on_one_side_only_is_listed(root):
    path = root / "guidelines/gondor-2019-roads/no-mine.yaml"
    edit(path, "id: no-mine", "id: no-mine-ever")
    path.rename(path.with_name("no-mine-ever.yaml"))

    assert shown(root) == (
        "New (absent before), 1:\n\n- gondor-2019-roads/no-mine-ever\n\nGone (absent now), 1:\n\n- gondor-2019-roads/no-mine\n\nNo verdict moves."
    )


def test_markdown_for_a_pull_request(root):
    edit(root / OWN, "to: 23+6", "to: 24+0")
    out = run(root, "HEAD", "--records", "0", "--format", "markdown")[1]

    assert out.startswith("## Which verdicts move\n\nFrom ")
    assert f"### {CROSS}\n\n| before ↓  after → | now | now-if | later |" in out
    assert f"passed → now (1):\n\n- toy/guidelines/{CROSS}.yaml:25:5: the day after\n" in out
    assert out.endswith("\n\n**1 verdict of 1 recommendation move.**\n")


def test_a_case_of_the_earlier_version_is_marked(root):
    for gestation in ("18+0", "15+0"):
        edit(root / OWN, f"{{at: {gestation}, funnelling: yes, cervical_length_mm: 25}}", f"{{at: {gestation}, funnelling: yes, cervical_length_mm: 24}}")
    edit(root / OWN, "snow_mm <= 25", "snow_mm < 25")

    assert f"    toy/guidelines/{CROSS}.yaml:26:5: snow at the limit (a case of the earlier version)\n" in shown(root, "--records", "0")


def test_a_record_that_fits_one_version_only_is_counted(root):
    edit(root / FACTS, "values: [orcs, weather, arrival]", "values: [orcs, arrival]")
    edit(root / DOCUMENT, "onset: weather", "onset: arrival")
    code, out, _ = run(root, "HEAD", "--records", "0")

    assert code == DONE
    assert "were judged by both versions. 1 more fit only one of the two, and were left out." in out


def test_the_same_seed_shows_the_same(root):
    edit(root / OWN, "snow_mm <= 25", "snow_mm < 24.9")

    assert run(root, "HEAD", "--records", "200") == run(root, "HEAD", "--records", "200")
    assert run(root, "HEAD", "--records", "200") != run(root, "HEAD", "--records", "200", "--seed", "2")


def test_nothing_in_the_repository_is_touched(root):
    edit(root / OWN, "snow_mm <= 25", "snow_mm < 25")
    before = (git(root, "status", "--porcelain"), git(root, "rev-parse", "HEAD"), git(root, "worktree", "list"))
    run(root)

    assert (git(root, "status", "--porcelain"), git(root, "rev-parse", "HEAD"), git(root, "worktree", "list")) == before


# --- nothing to compare with ------------------------------------------------------------------------------------------------------


def refused(root, *arguments):
    code, out, err = run(root, *arguments)
    assert (code, out) == (CANNOT, "")
    return err


def test_a_folder_that_is_in_no_repository(tmp_path, root):
    alone = Path(shutil.copytree(TOY, tmp_path / "alone"))

    assert refused(alone).startswith(f"{alone}: there is no earlier version to compare with: git says 'not a git repository")


@pytest.mark.parametrize("revision", ["nowhere", "HEAD~7", "--", "-x", "HEAD:toy"])
def test_a_revision_that_is_not_there(revision, root):
    result = CliRunner().invoke(main, ["review", "diff", "--knowledge", str(root), "--", revision])

    assert (result.exit_code, result.stdout) == (CANNOT, "")
    assert result.stderr == (
        f"there is no revision {revision!r} in the repository of {root}: HEAD~1 is the commit before the last; "
        "'git log --oneline -- .' in that folder lists those that changed it\n"
    )


def test_the_folder_was_not_there_yet(root):
    git(root, "mv", "../toy", "../roads")
    commit(root.parent / "roads", "Another name")
    first = git(root.parent, "rev-parse", "HEAD~1").strip()

    assert (
        refused(root.parent / "roads", "HEAD~1")
        == f"there was no folder 'roads' at {first[:9]}: name a later revision, in which the knowledge was there already\n"
    )


def test_knowledge_that_this_program_cannot_read_and_the_nearest_that_it_can(root):
    edit(root / OWN, "stance: offer", "stand: offer")
    edit(root / OWN, "says: >-", "sais: >-")
    commit(root, "As it was written once")
    edit(root / OWN, "stand: offer", "stance: offer")
    edit(root / OWN, "sais: >-", "says: >-")
    commit(root, "As it is written now")
    commits = {subject: git(root, "log", "--format=%H", f"--grep={subject}").strip() for subject in ("once", "now")}
    said = refused(root, "HEAD~1").splitlines()

    assert said[0] == f"toy/guidelines/{CROSS}.yaml:1:1: the key 'says' is missing"
    assert said[-1].startswith(f"the knowledge at HEAD~1 ({commits['once'][:7]}, ")
    assert "“As it was written once”) cannot be read by this program, as said above. The nearest later revision that it can read is " in said[-1]
    assert said[-1].endswith(f"“As it is written now”: gravida review diff {commits['now'][:9]}")


def test_no_later_one_can_be_read_either(root):
    edit(root / OWN, "stance: offer", "stand: offer")
    commit(root, "As it was written once")
    edit(root / OWN, "stand: offer", "stance: offer")

    assert refused(root).endswith("No later revision can be read either: commit the knowledge as it is now, and compare with that from then on\n")


def test_no_git(root, monkeypatch):
    def absent(*arguments, **options):
        raise FileNotFoundError

    monkeypatch.setattr("gravida.old_knowledge.subprocess.run", absent)

    assert refused(root) == "git is needed to see the knowledge as it was, and is not here: install it, or compare on another machine\n"


# --- what is compared -------------------------------------------------------------------------------------------------------------


def test_only_what_may_differ_is_judged_and_nothing_else_could_move(root):
    """The digest stands for the meaning: where it is the same, every record gives the same verdict."""
    for name, old, new in [(OWN, "snow_mm <= 25", "snow_mm < 20"), (DOCUMENT, "ga(27, 6)", "ga(20, 6)"), (FACTS, "valid_for: 1 day", "valid_for: 3 days"),
                           (FACTS, "is: walkers >= 4", "is: walkers >= 2"), ("actions.yaml", "planned_road = 'pass'", "planned_road = 'mine'")]:  # fmt: skip
        before, path = load(TOY), root / name
        whole = path.read_text(encoding="utf-8")
        edit(path, old, new)
        after = load(root)
        moved = {each.recommendation for each in compare(before, after, 300, 1).moved}
        path.write_text(whole, encoding="utf-8")

        assert moved == set(moves(before, after)), name
        assert moved


def moves(before, after):
    """Return the recommendations that move, all of them judged, whatever their digests are."""
    for subject in cohort(before, after, 300, 1):
        records = [read(subject.written, each) for each in (before, after)]
        for key in after.recommendations if all(isinstance(each, Record) for each in records) else ():
            verdicts = []
            for record, knowledge in zip(records, (before, after), strict=True):
                situation = prepare(record, knowledge.meaning, knowledge.largest_k)
                verdicts.append(judge(knowledge.recommendations[key], knowledge.actions, situation.world, situation.today).verdict)
            if verdicts[0] != verdicts[1]:
                yield key


def test_every_case_of_both_versions_and_each_record_once(root):
    before = load(TOY)
    edit(root / OWN, "why: a millimetre more", "why: ten more")
    edit(root / OWN, "cervical_length_mm: 26}", "cervical_length_mm: 36}")
    found = list(cohort(before, load(root), 0, 1))
    written = [str(each.written) for each in found]

    assert len(written) == len(set(written))
    assert {"a millimetre more", "ten more"} <= {case.why for each in found for case in each.cases}
    assert [case.why for each in found if each.is_old for case in each.cases] == ["a millimetre more"]


# --- random records ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", [TOY, None], ids=["toy", "all"])
def test_random_records_can_be_read_and_most_of_what_was_drawn_is_left(folder):
    knowledge = load(folder)
    found = list(random_records(knowledge, 200, seed=3))

    assert [read(each.written, knowledge) for each in found] == [each.record for each in found]
    assert found == list(random_records(knowledge, 200, seed=3))
    assert sum("gestation" in each.written["pregnancy"] for each in found) > 120
    assert sum(bool(each.written.get("scans")) for each in found) > 80
    assert sum(bool(each.written.get("symptoms")) for each in found) > 60


def test_random_records_reach_the_verdicts():
    knowledge = load()
    found = set()
    for each in random_records(knowledge, 200, seed=3):
        situation = prepare(each.record, knowledge.meaning, knowledge.largest_k)
        found |= {judge(one, knowledge.actions, situation.world, situation.today).verdict for one in knowledge.recommendations.values()}

    assert found == {"now", "now-if", "overdue", "met", "later", "done", "withheld", "passed", "unknown", "not-met"}
