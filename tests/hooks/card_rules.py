"""The rules of CDS Hooks for what is answered (cds-resp-1 to 7 and what the text demands), as checks on one answer."""

from uuid import UUID

INDICATORS = ("info", "warning", "critical")
CARD = {"uuid", "summary", "detail", "indicator", "source", "suggestions", "selectionBehavior", "overrideReasons", "links"}


def check_answer(answer):
    """Check a whole answer; cards may be empty, nothing else may."""
    assert list(answer) == ["cards"]
    assert isinstance(answer["cards"], list)
    for card in answer["cards"]:
        check_card(card)


def check_card(card):
    assert set(card) <= CARD
    assert all(value not in ("", None, [], {}) for value in card.values())
    UUID(card["uuid"])
    assert 0 < len(card["summary"]) < 140
    assert "\n" not in card["summary"]
    assert card["indicator"] in INDICATORS
    assert card["source"]["label"]
    assert ("suggestions" in card) == ("selectionBehavior" in card)  # cds-resp-1, cds-resp-6
    assert card.get("selectionBehavior", "any") in ("at-most-one", "any")
    for suggestion in card.get("suggestions", ()):
        check_suggestion(suggestion)
    for link in card.get("links", ()):
        assert link["type"] in ("absolute", "smart")
        assert link["type"] == "smart" or "appContext" not in link  # cds-resp-3
        assert link["label"]
        assert link["url"].startswith("https://")
    for reason in card.get("overrideReasons", ()):
        assert reason["code"]
        assert reason["display"]  # cds-resp-4
        assert reason["system"]


def check_suggestion(suggestion):
    assert suggestion["label"]
    UUID(suggestion["uuid"])
    assert suggestion.get("actionSelectionBehavior", "all") in ("all", "any", "at-most-one")  # cds-resp-7
    assert suggestion["actions"]
    for action in suggestion["actions"]:
        assert action["description"]  # cds-resp-5
        assert action["type"] in ("create", "update", "delete")
        if action["type"] == "delete":  # cds-resp-2
            assert action["resourceId"]
        else:
            assert action["resource"]["resourceType"]
