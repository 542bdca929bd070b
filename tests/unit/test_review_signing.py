"""Signing: who may, what is refused and why, what is written, and that a signature lapses where everybody sees it.

The ORCID is the one that ORCID itself gives to somebody who does not exist. Everything is signed in a copy of the toy.
"""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from gravida.check import check_all
from gravida.cli import main
from gravida.guideline import Signature
from gravida.library import load
from gravida.plain_yaml import read_yaml
from gravida.signing import NotSigned, orcid, with_signatures

TOY = Path(__file__).parents[1] / "toy"
KEY = "rivendell-2018-roads/cross-the-pass"
DRUMS = "rivendell-2018-roads/run-from-drums"
NOBODY = "0000-0002-1825-0097"
OTHER = "0000-0000-0000-0001"
DONE, PROBLEMS, CANNOT = 0, 1, 2


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Path(shutil.copytree(TOY, tmp_path / "toy"))


def run(*arguments):
    result = CliRunner().invoke(main, [str(each) for each in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def sign(root, key=KEY, by=NOBODY, role="obstetrician", on="2026-06-01"):
    return run("review", "sign", key, "--orcid", by, "--role", role, "--on", on, "--knowledge", root)


def refused(*arguments, **options):
    code, out, err = sign(*arguments, **options)
    assert (code, out) == (CANNOT, "")
    return err.strip()


def file_of(root, key=KEY):
    return root / "guidelines" / f"{key}.yaml"


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# --- who signs --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", [NOBODY, f" {NOBODY} ", f"https://orcid.org/{NOBODY}", f"orcid.org/{NOBODY}"])
def test_an_orcid_in_any_form_that_people_copy(written):
    assert orcid(written) == NOBODY


def test_an_orcid_that_ends_in_x():
    assert orcid("0000-0000-0000-001x") == "0000-0000-0000-001X"


@pytest.mark.parametrize(("written", "message"), [
    ("0000-0002-1825-0098", "0000-0002-1825-0098 is no ORCID: after 0000-0002-1825-009 the last sign is 7, and not 8. Compare it with your page at orcid.org"),
    ("0000-0002-1852-0097", "0000-0002-1852-0097 is no ORCID: after 0000-0002-1852-009 the last sign is 3, and not 7. Compare it with your page at orcid.org"),
    ("0000-0000-0000-0000", "0000-0000-0000-0000 is no ORCID: after 0000-0000-0000-000 the last sign is 1, and not 0. Compare it with your page at orcid.org"),
    ("0000000218250097", "'0000000218250097' is no ORCID: expected four groups of four, such as 0000-0002-1825-0097 (the last sign may be X)"),
    ("Galadriel", "'Galadriel' is no ORCID: expected four groups of four, such as 0000-0002-1825-0097 (the last sign may be X)"),
])  # fmt: skip
def test_what_is_no_orcid(written, message):
    with pytest.raises(NotSigned, match=re.escape(message)):
        orcid(written)


@given(st.text("0123456789", min_size=15, max_size=15), st.integers(0, 14), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(digits, place, more):
    good = next(found for sign in "0123456789X" if (found := _grouped(digits + sign)) and _is_orcid(found))
    wrong = digits[:place] + str((int(digits[place]) + more) % 10) + digits[place + 1 :]

    assert not _is_orcid(_grouped(wrong + good[-1]))


def _grouped(signs):
    return "-".join(signs[start : start + 4] for start in range(0, 16, 4))


def _is_orcid(written):
    try:
        return orcid(written) == written
    except NotSigned:
        return False


# --- what is written --------------------------------------------------------------------------------------------------------


def test_a_signature_is_written_below_and_nothing_above_is_touched(root):
    before = file_of(root).read_bytes()
    code, out, _ = sign(root)
    after = file_of(root).read_bytes()
    digest = load(root).recommendations[KEY].digest

    assert code == DONE
    assert out == (f"toy/guidelines/{KEY}.yaml: {KEY} is signed by {NOBODY} (obstetrician, 2026-06-01). "
                   "Any change of what it means will make this lapse.\n")  # fmt: skip
    assert before.endswith(b"\nreview: []\n")
    assert after == before.removesuffix(b"review: []\n") + (f'review:\n  - {{by: {NOBODY}, role: obstetrician, on: 2026-06-01, digest: "{digest}"}}\n'.encode())
    assert load(root).recommendations[KEY].is_signed


def test_today_if_no_day_is_given(root):
    assert run("review", "sign", KEY, "--orcid", NOBODY, "--role", "midwife", "--knowledge", root)[0] == DONE
    assert load(root).recommendations[KEY].signatures[0].on == date.today().isoformat()  # noqa: DTZ011


@pytest.mark.parametrize("below", [
    "review: []\n", "review: []", "review:\n  []\n", "review: [ ]  # nobody yet\n", "", "review:\n- {by: a, role: b, on: c, digest: d}\n",
    "review: [{by: a, role: b, on: c, digest: d}]\n", "review:\n  - by: a\n    role: b\n    on: c\n    digest: d\n", '"review": []\n',
])  # fmt: skip
def test_every_form_in_which_signatures_may_stand(below):
    above = "id: a\nsays: >-\n  review: of the text\n\n  # and no comment\ncases: []\n"
    found = with_signatures(above + below, "a.yaml", [Signature(NOBODY, "midwife", "2026-06-01", "sha256:0")])

    assert found.startswith(above)
    assert read_yaml(found, "a.yaml").value["review"] == [{"by": NOBODY, "role": "midwife", "on": "2026-06-01", "digest": "sha256:0"}]


def test_lines_end_as_they_did():
    found = with_signatures("id: a\r\nreview: []\r\n", "a.yaml", [Signature(NOBODY, "midwife", "2026-06-01", "sha256:0")])

    assert found == f'id: a\r\nreview:\r\n  - {{by: {NOBODY}, role: midwife, on: 2026-06-01, digest: "sha256:0"}}\r\n'


def test_a_file_that_does_not_end_with_a_line():
    assert with_signatures("id: a", "a.yaml", []) == "id: a\nreview:\n"


@given(st.text(min_size=1).filter(str.isprintable))
def test_any_role_reads_back_as_it_was_given(role):
    found = with_signatures("id: a\nreview: []\n", "a.yaml", [Signature(NOBODY, role, "2026-06-01", "sha256:0")])

    assert read_yaml(found, "a.yaml").value["review"][0]["role"] == role


@pytest.mark.parametrize("text", ["id: a\nreview: []\nsays: b\n", "{id: a, review: []}\n"])
def test_signatures_that_do_not_stand_at_the_end(text):
    with pytest.raises(NotSigned, match=r"a.yaml: signatures stand at the end of the file: write 'review: \[\]' on a line of its own there, as the last key"):
        with_signatures(text, "a.yaml", [])


# --- what is refused --------------------------------------------------------------------------------------------------------


def test_the_same_person_signs_the_same_thing_once(root):
    sign(root)
    before = file_of(root).read_bytes()

    assert refused(root, on="2026-06-02") == f"{KEY}: {NOBODY} signed this already, on 2026-06-01, and nothing that it covers has changed since"
    assert file_of(root).read_bytes() == before


def test_nothing_is_signed_while_the_check_finds_a_problem(root):
    edit(file_of(root, DRUMS), "expect: now", "expect: later")
    before = file_of(root).read_bytes()

    assert refused(root) == (
        "toy/guidelines/rivendell-2018-roads/run-from-drums.yaml:13:5: case 'at home': expected later, found now\n"
        "Nothing was signed: 'gravida check' finds 1 problem in rivendell-2018-roads. Mend that, and sign then"
    )
    assert file_of(root).read_bytes() == before


def test_a_problem_of_another_guideline_is_no_reason(root):
    edit(root / "guidelines/gondor-2019-roads/no-mine.yaml", "expect: met", "expect: now")

    assert sign(root)[0] == DONE


def test_what_nobody_has_read_cannot_be_signed(root):
    edit(file_of(root), "{who: primary, window: primary", "{who: recalled, window: recalled")

    assert refused(root) == (
        f"{KEY}: nobody has read the source of its who, window ('recalled'); read it, write under 'provenance' how, run the check, and then sign"
    )


@pytest.mark.parametrize(("options", "message"), [
    ({"key": "rivendell-2018-roads/cross-the-pas"}, f"there is no recommendation 'rivendell-2018-roads/cross-the-pas'; did you mean '{KEY}'?"),
    ({"key": "xyz"}, "there is no recommendation 'xyz'; 'gravida guidelines ID' lists them"),
    ({"role": "  "}, "--role is empty: say in which role you sign, such as obstetrician or midwife"),
    ({"on": "2999-01-01"}, "--on 2999-01-01: this day is still to come; a signature is given today or was given before"),
    ({"role": "mid\x07wife"}, "--role 'mid\\x07wife': this holds a sign that cannot be printed; write it in plain words, such as obstetrician or midwife"),
    ({"by": "0000-0002-1825-009"}, "'0000-0002-1825-009' is no ORCID: expected four groups of four, such as 0000-0002-1825-0097 (the last sign may be X)"),
])  # fmt: skip
def test_what_is_mistyped(options, message, root):
    assert refused(root, **options) == message


def test_a_file_that_may_not_be_written(root, monkeypatch):
    def locked(self, *arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", locked)

    assert refused(root) == f"{file_of(root)}: this file cannot be written: Permission denied"


# --- lapsing --------------------------------------------------------------------------------------------------------------------

STALE = "the signature is out of date: the file was changed after it was signed; sign again, or remove it"


def test_a_signature_lapses_wherever_it_is_shown(root):
    sign(root)
    assert "signed by" not in run("review", "status", "--knowledge", root)[1]
    assert run("check", root)[0] == DONE
    assert (
        "**Signed** by [0000-0002-1825-0097](https://orcid.org/0000-0002-1825-0097) (obstetrician, 2026-06-01)."
        in run("review", "sheet", KEY, "--knowledge", root)[1]
    )
    assert "Signed: 0000-0002-1825-0097 (obstetrician, 2026-06-01)" in " ".join(run("guidelines", KEY, "--knowledge", root)[1].split())

    edit(root / "facts/journey.yaml", "How many walk in the company.", "How many walk.")

    assert not load(root).recommendations[KEY].is_signed
    code, out, _ = run("check", root)
    assert (code, out.splitlines()[0]) == (PROBLEMS, f"toy/guidelines/{KEY}.yaml:36:3: {STALE}")
    assert "**Draft again.** Signed by" in run("review", "sheet", KEY, "--knowledge", root)[1]
    assert "Signed: by nobody; this is a draft again: a signature has lapsed" in run("guidelines", KEY, "--knowledge", root)[1]
    assert run("review", "status", "--knowledge", root)[1].endswith(
        f"\nLapsed, because something that the signature covers has changed; read and sign again:\n  {KEY}: {NOBODY} (obstetrician, 2026-06-01)\n"
    )


def test_what_has_lapsed_can_be_signed_again(root):
    """Though the check finds a stale signature then: signing again is what it asks for."""
    sign(root)
    sign(root, DRUMS)
    edit(root / "facts/journey.yaml", "Do you hear drums in the deep?", "Do you hear drums?")
    assert sign(root, on="2026-06-02")[0] == DONE

    assert [each.on for each in load(root).recommendations[KEY].review] == ["2026-06-02"]
    assert [each.message for each in problems(root)] == [STALE]


def problems(root):
    return check_all(load(root)).problems


def test_a_second_person_signs_beside_the_first(root):
    sign(root)
    sign(root, by=OTHER, role="midwife")
    found = load(root).recommendations[KEY]

    assert [(each.by, each.role) for each in found.signatures] == [(NOBODY, "obstetrician"), (OTHER, "midwife")]


def test_one_that_lapsed_stands_beside_one_that_holds_and_does_not_count(root):
    sign(root)
    edit(file_of(root), "nine walkers", "ten walkers")
    sign(root, by=OTHER, role="midwife")
    found = load(root).recommendations[KEY]

    assert ([each.by for each in found.signatures], [each.by for each in found.lapsed]) == ([OTHER], [NOBODY])
    assert "Signed: 0000-0000-0000-0001 (midwife, 2026-06-01)\n" in run("guidelines", KEY, "--knowledge", root)[1]
    assert run("check", root)[0] == DONE


def test_status_counts_document_by_document(root):
    sign(root)

    assert run("review", "status", "--knowledge", root)[1].splitlines() == [
        "                       draft  signed  lapsed",
        "gondor-2019-roads          1       0       0",
        "rivendell-2018-roads       1       1       0",
        "all                        2       1       0",
    ]


# --- overlays -------------------------------------------------------------------------------------------------------------------


def test_a_signature_holds_below_an_overlay_that_leaves_it_alone(root, house):
    assert run("review", "sign", KEY, "--orcid", NOBODY, "--role", "midwife", "--knowledge", root, "--knowledge", house)[0] == DONE
    assert load(root).recommendations[KEY].is_signed


def test_what_an_overlay_words_otherwise_is_signed_without_it(root, house):
    (house / "words.yaml").write_text("topics.crossing.label: Going over\n")
    code, _, err = run("review", "sign", KEY, "--orcid", NOBODY, "--role", "midwife", "--knowledge", root, "--knowledge", house)

    assert (code, err) == (CANNOT, f"{KEY}: House of Elrond changes what it means here, and the file belongs to {root}; sign it without that overlay\n")
    assert not load(root).recommendations[KEY].review


def test_what_an_overlay_puts_in_its_place_is_signed_there(root, house):
    own = house / "guidelines" / f"{KEY}.yaml"
    own.parent.mkdir(parents=True)
    shutil.copy(file_of(root), own)
    edit(own, "stance: offer", "stance: consider")
    before = file_of(root).read_bytes()

    assert run("review", "sign", KEY, "--orcid", NOBODY, "--role", "midwife", "--knowledge", root, "--knowledge", house)[0] == DONE
    assert NOBODY in own.read_text()
    assert file_of(root).read_bytes() == before
