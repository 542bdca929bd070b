"""Every kind of page that there is: those that an address leads to, and those that only a form does."""

from you_page import STORIES, begin, send, tell, to_question

GUIDELINES = {
    "all guidelines": "/guidelines", "a search": "/guidelines?q=cervical+stitch", "a search without a hit": "/guidelines?q=qwxyzzy",
    "a topic": "/guidelines?topic=removal", "a document": "/guidelines/nice-2022-preterm-labour", "a superseded document": "/guidelines/sogc-2013-cerclage",
    "a line of advice": "/guidelines/rcog-2022-cerclage/ultrasound-indicated", "what to compare": "/guidelines/compare",
    "two documents": "/guidelines/compare?a=sogc-2013-cerclage&b=sogc-2019-cerclage",
    "one document twice": "/guidelines/compare?a=fda-2023-17ohpc&b=fda-2023-17ohpc",
    "two lines": "/guidelines/compare?a=rcog-2022-cerclage/ultrasound-indicated&b=acog-2014-cerclage/ultrasound-indicated",
}  # fmt: skip
COMPARE = {
    "where they differ": "/compare", "a topic where they differ": "/compare?topic=examination-indicated-cerclage",
    "how two differ": "/compare/pair?a=nice-2022-preterm-labour&b=smfm-2024-short-cervix", "which two to choose": "/compare/pair",
    "the same one twice": "/compare/pair?a=fda-2023-17ohpc&b=fda-2023-17ohpc", "one looked at alone": "/compare/smfm-2023-17ohpc",
    "new editions": "/compare/editions",
}  # fmt: skip
ADDRESSES = {"home": "/", "about": "/about", **GUIDELINES, **COMPARE, "for you": "/you", "for clinicians": "/clinicians"}
ERRORS = {"nowhere": "/nowhere", "no such document": "/guidelines/rcog-2022-cercage", "no such topic": "/guidelines?topic=nothing",
          "nobody to look at": "/compare/rcog-2022-cercage"}  # fmt: skip

QUESTIONS = {
    "pregnant": ("one painless loss", "pregnant"), "today": ("one painless loss", "gestation"), "number": ("one painless loss", "plurality"),
    "how many": ("one painless loss", "prior_pregnancies"), "yes or no": ("one painless loss", "examinations"),
    "gestation": ("one painless loss", "prior_pregnancies[0].ended"), "choice": ("one painless loss", "prior_pregnancies[0].onset"),
    "several": ("one painless loss", "plans"), "date": ("one painless loss", "planned_caesarean_days"), "when": ("a short cervix", "scans[0].when"),
}  # fmt: skip
"""A question of each kind: in which story it comes, and as which step."""

FORMS = (
    *QUESTIONS, "signs", "an unclear answer", "a warning", "a skipped sign", "a result", "a result with a warning", "a result of nothing",
    "everything is deleted", "a torn form", "clinicians, filled", "clinicians, a file that cannot be used", "sent in another way", "too large",
    "an unknown kind of form",
)  # fmt: skip
"""Pages that no address leads to."""


def form_page(client, name):
    """Return the answer that a form leads to."""
    if name in QUESTIONS:
        story, step = QUESTIONS[name]
        return to_question(client, begin(client), step, STORIES[story])
    return OTHERS[name](client)


def _number(client):
    return form_page(client, "number")


def _urgent(client):
    return send(client, begin(client, signs=False), "answer", **{"mark-0": "yes", "rest": "yes"})


OTHERS = {
    "signs": lambda client: begin(client, signs=False),
    "an unclear answer": lambda client: send(client, _number(client), "answer", given="many"),
    "a warning": _urgent,
    "a skipped sign": lambda client: send(client, begin(client, signs=False), "unsure"),
    "a result": lambda client: tell(client, "one painless loss"),
    "a result with a warning": lambda client: send(client, _urgent(client), "result"),
    "a result of nothing": lambda client: send(client, begin(client), "result"),
    "everything is deleted": lambda client: client.post("/you", data={"do": "delete"}),
    "a torn form": lambda client: client.post("/you", data={"do": "answer", "state": "torn"}),
    "clinicians, filled": lambda client: client.post("/clinicians/open", data={"example": "one-painless-loss-at-20w"}),
    "clinicians, a file that cannot be used": lambda client: client.post("/clinicians/open", data={"text": "scans: banana"}),
    "sent in another way": lambda client: client.post("/about", data={}),
    "too large": lambda client: client.post("/you", data={"do": "answer", "state": "x" * 2_100_000}),
    "an unknown kind of form": lambda client: client.post("/you", content=b"{}", headers={"content-type": "application/json"}),
}
