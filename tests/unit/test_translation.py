from pathlib import Path

import pytest
from click.testing import CliRunner

from gravida.catalogue import catalogue
from gravida.cli import main
from gravida.folders import Folders, shipped
from gravida.library import load
from gravida.translation import NotTranslated, from_po, is_fixed, open_places, to_po

TEXTS = {"words.safety": "Call at any hour.", "words.page.weeks": "{weeks} weeks"}


@pytest.fixture(scope="module")
def knowledge():
    return load()


def po(*messages):
    return "\n".join(messages).encode()


def message(name, text, translation, flags=""):
    return f'{flags}\nmsgctxt "{name}"\nmsgid "{text}"\nmsgstr "{translation}"\n'


def words(*arguments):
    return CliRunner().invoke(main, ["words", *arguments])


def test_what_goes_out_and_is_translated_comes_back():
    sent = to_po(TEXTS).decode()
    back = sent.replace('msgid "Call at any hour."\nmsgstr ""', 'msgid "Call at any hour."\nmsgstr "Rufen Sie jederzeit an."')
    back = back.replace('msgid "{weeks} weeks"\nmsgstr ""', 'msgid "{weeks} weeks"\nmsgstr "{weeks} Wochen"')
    assert from_po(back.encode(), TEXTS).texts == {"words.safety": "Rufen Sie jederzeit an.", "words.page.weeks": "{weeks} Wochen"}


def test_the_whole_catalogue_goes_out_and_nothing_of_it_is_lost_on_the_way_back(knowledge):
    texts = catalogue(knowledge)
    found = from_po(to_po(texts), texts)
    assert found.texts == {}
    assert found.empty == sum(not is_fixed(name) for name in texts)
    assert found.older == 0


def test_what_a_document_says_is_not_for_translators_because_an_overlay_may_not_reword_it(knowledge):
    sent = to_po(catalogue(knowledge)).decode()
    assert "recommendations.rcog-2022-cerclage/removal.plain" in sent
    assert "recommendations.rcog-2022-cerclage/removal.says" not in sent


def test_every_english_text_of_the_program_can_be_filled_in(knowledge):
    places = {place.partition(":")[0] for text in knowledge.words.values() for place in open_places(text)}
    assert [place for place in places if not place.isidentifier()] == []


def test_empty_and_fuzzy_ones_and_those_of_an_older_text_are_left_out_and_counted():
    texts = {**TEXTS, "words.a": "A", "words.b": "B"}
    raw = po(
        message("words.safety", "Call at any hour.", ""), message("words.a", "A", "Ah", "#, fuzzy"), message("words.b", "B of last year", "Beh"),
        message("words.page.weeks", "{weeks} weeks", "{weeks} Wochen"),
    )  # fmt: skip
    found = from_po(raw, texts)
    assert found.texts == {"words.page.weeks": "{weeks} Wochen"}
    assert (found.empty, found.fuzzy, found.older) == (1, 1, 1)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (
            po(message("words.page.weeks", "{weeks} weeks", "Wochen")),
            "line 3: words.page.weeks: found nothing to fill in; expected {weeks}, as in the English text",
        ),
        (
            po(message("words.page.weeks", "{weeks} weeks", "{weeks} Wochen {tage}")),
            "line 3: words.page.weeks: found {tage}, {weeks}; expected {weeks}, as in the English text",
        ),
        (
            po(message("words.page.weeks", "{weeks} weeks", "{weeks Wochen")),
            "line 3: words.page.weeks: a brace stands alone; { and } hold the name of what is filled in",
        ),
        (po(message("words.saftey", "Call", "Ruf")), "line 3: there is no text 'words.saftey'; did you mean 'words.safety'?"),
    ],
    ids=["a lost place", "a new place", "a lone brace", "an unknown name"],
)
def test_what_cannot_be_used_is_told_with_its_place(raw, told):
    with pytest.raises(NotTranslated) as caught:
        from_po(raw, TEXTS)
    assert str(caught.value) == told


def test_all_problems_are_told_at_once():
    raw = po(message("words.page.weeks", "{weeks} weeks", "Wochen"), message("words.nowhere", "Call", "Ruf"))
    with pytest.raises(NotTranslated) as caught:
        from_po(raw, TEXTS)
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"this is no PO file\n"], ids=["not UTF-8", "not PO"])
def test_what_is_no_po_file_is_told(raw):
    with pytest.raises(NotTranslated, match="cannot be read as PO"):
        from_po(raw, TEXTS)


def test_a_translation_laid_over_the_knowledge_is_heard(tmp_path):
    sent = words("--po", "words.safety").stdout
    translated = sent.replace('msgstr ""\n"If you feel', "").rstrip().removesuffix('msgstr ""') + 'msgstr "Rufen Sie an."\n'
    (tmp_path / "de.po").write_text(translated, encoding="utf-8")
    overlay = tmp_path / "german"
    overlay.mkdir()
    (overlay / "overlay.yaml").write_text("name: Deutsch\nshort: de\nsays: Die Texte auf Deutsch.\n", encoding="utf-8")

    answer = words("--from-po", str(tmp_path / "de.po"))
    assert answer.exit_code == 0
    assert answer.stderr == "1 translated; left out: 0 empty, 0 fuzzy, 0 of an older English text\n"
    (overlay / "words.yaml").write_text(answer.stdout, encoding="utf-8")
    assert load(Folders(shipped(), (overlay,))).words["safety"] == "Rufen Sie an."


def test_a_file_that_cannot_be_used_ends_in_a_sentence_and_no_words(tmp_path):
    broken = Path(tmp_path / "de.po")
    broken.write_bytes(po(message("words.nowhere", "Call", "Ruf")))
    answer = words("--from-po", str(broken))
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert "there is no text 'words.nowhere'" in answer.stderr


def test_without_babel_it_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr("gravida.cli_words.find_spec", lambda name: None)
    answer = words("--po")
    assert answer.exit_code == 2
    assert "pip install 'gravida[translate]'" in answer.stderr
