"""What a browser would send from a page of the room For you, and six stories told through it."""

import html
import re

STORIES = {
    "one painless loss": {
        "pregnant": {"given": "yes"}, "gestation": {"weeks": "13", "days": "0"}, "plurality": {"given": "1"}, "prior_pregnancies": {"given": "1"},
        "prior_pregnancies[0].ended": {"weeks": "20", "days": "0"}, "prior_pregnancies[0].onset": {"given": "spontaneous"},
        "prior_pregnancies[0].outcome": {"given": "miscarriage"}, "prior_pregnancies[0].plurality": {"given": "1"},
    },
    "three early losses": {
        "pregnant": {"given": "yes"}, "gestation": {"weeks": "9"}, "plurality": {"given": "1"}, "prior_pregnancies": {"given": "3"},
        **{f"prior_pregnancies[{index}].ended": {"weeks": str(8 + index)} for index in range(3)},
        **{f"prior_pregnancies[{index}].outcome": {"given": "miscarriage"} for index in range(3)},
    },
    "twins": {"pregnant": {"given": "yes"}, "gestation": {"weeks": "19", "days": "3"}, "plurality": {"given": "2"}, "prior_pregnancies": {"given": "0"}},
    "a short cervix": {
        "pregnant": {"given": "yes"}, "gestation": {"date": "2026-10-05"}, "plurality": {"given": "1"}, "prior_pregnancies": {"given": "0"},
        "examinations": {"given": "no"}, "scans": {"given": "1"}, "scans[0].when": {"date": "2026-05-30"},
        "scans[0].route": {"given": "transvaginal"}, "scans[0].cervical_length_mm": {"given": "24.9"}, "cerclages": {"given": "0"},
    },
    "not pregnant, after a loss": {
        "pregnant": {"given": "no"}, "prior_pregnancies": {"given": "1"}, "prior_pregnancies[0].ended": {"weeks": "18", "to-weeks": "22"},
        "prior_pregnancies[0].onset": {"given": "spontaneous"}, "prior_pregnancies[0].outcome": {"given": "miscarriage"},
    },
    "nothing is known": {},
}  # fmt: skip
"""Answers by question; every other question is answered with "I don't know", and every sign with no."""


def hidden(page, name):
    """Return the value of a hidden field; nothing if the page has none."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    return html.unescape(found[1]) if found else ""


def text_of(page):
    """Return what a reader sees, in one line."""
    body = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", " ", page.text)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def send(client, page, do, **fields):
    """Press a button of a page."""
    return client.post("/you", data={"state": hidden(page, "state"), "step": hidden(page, "step"), "do": do, **fields})


def begin(client, *, signs=True):
    """Start; with ``signs`` answer that none is there."""
    page = client.post("/you", data={"do": "start"})
    return send(client, page, "answer", rest="yes") if signs else page


def to_question(client, page, wanted, answers):
    """Answer one question after the other until one is asked, or until there is none."""
    for _ in range(80):
        step = hidden(page, "step")
        if step in ("", wanted):
            return page
        page = send(client, page, "answer", **answers[step]) if step in answers else send(client, page, "unsure")
    raise AssertionError(f"the questions do not end: {step}")


def tell(client, name):
    """Tell a story, and return the page of the result."""
    return to_question(client, begin(client), "", STORIES[name])
