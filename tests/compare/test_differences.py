"""Between guidelines: every record that is shown is confirmed by the reference engine, and no proof falls to a random record."""

import pytest

from gravida.compare.claims import STANDS, Claim, Clause, answer
from gravida.compare.kinds import KINDS
from gravida.compare.pairs import differences as between
from gravida.compare.pairs import editions, plainest
from gravida.compare.people import standing
from gravida.compare.recheck import recheck
from gravida.compare.witness import Trial, breaks, verdict_in, witness
from gravida.prepare import prepare
from gravida.record import read_record, write_record

TRIES = 4000


def test_every_record_is_confirmed_from_its_own_text(knowledge, differences):
    """As ``gravida assess`` would read it: from YAML, through the reader, to the verdicts of the claim."""
    shown = [each for each in differences if each.found is not None]
    assert len(shown) > 300
    for each in shown[::6]:
        found = witness(each.claim, each.found, knowledge)
        record = read_record(write_record(found.record), "witness.yaml", knowledge.dictionary)
        situation = prepare(record, knowledge.meaning, knowledge.largest_k)
        assert each.claim.holds(lambda one, situation=situation: verdict_in(situation, knowledge, one)), each
        assert not breaks(situation.world, knowledge)


def test_nothing_can_be_left_out_of_a_record(knowledge, differences):
    opposed = [each for each in differences if each.found is not None and each.kind == "opposed"]
    for each in opposed[::12]:
        trial, found = Trial(each.claim, knowledge), witness(each.claim, each.found, knowledge)
        assert trial.smaller(found.written) == found.written


def test_no_proof_falls_to_a_random_record(knowledge, differences):
    proved = [each.claim for each in differences if each.found is None]
    assert len(proved) > 200

    assert recheck(proved, knowledge, TRIES) == []


def test_random_records_do_find_what_is_there(knowledge, differences):
    """The check on the proofs can fail: of what is possible, it finds a good part."""
    possible = [each.claim for each in differences if each.found is not None]

    assert len(recheck(possible, knowledge, TRIES)) > len(possible) / 10


def test_what_guidelines_say_of_a_stitch_after_one_loss_is_found(knowledge):
    """The difference that the whole project begins with: one would after one loss, the other not as a matter of routine."""
    found = between("acog-2014-cerclage", "rcog-2022-cerclage", knowledge, ["history-indicated-cerclage"])
    opposed = next(each for each in found if each.kind == "opposed" and each.favours == "acog-2014-cerclage")
    record = witness(opposed.claim, opposed.found, knowledge).written

    assert plainest(found) == "opposed"
    assert len(record["prior_pregnancies"]) == 1


def test_the_limit_that_two_guidelines_draw_differently_is_found_to_the_millimetre(knowledge):
    """Under 25 mm in one, 25 mm or less in the other: only at exactly 25 mm do they part."""
    acog, nice = (
        knowledge.recommendations[key] for key in ("acog-2021-preterm-birth/ultrasound-indicated-cerclage", "dggg-2022-preterm-birth/ultrasound-indicated")
    )
    apart = Claim((Clause(((nice, STANDS),)), Clause(((acog, frozenset({"not-met"})),))))
    written = witness(apart, answer(apart, knowledge), knowledge).written

    assert written["scans"][0]["cervical_length_mm"] == "25"


def test_kinds_are_asked_both_ways_round(differences):
    assert {each.kind for each in differences} == set(KINDS)
    assert {(each.favours, each.other) for each in differences} & {(each.other, each.favours) for each in differences}


@pytest.mark.parametrize("pair", [("rcog-2011-cerclage", "rcog-2022-cerclage"), ("sogc-2013-cerclage", "sogc-2019-cerclage")])
def test_editions_are_known(knowledge, pair):
    assert pair in editions(knowledge)
    assert between(*pair, knowledge)


def test_people_are_counted_by_the_population_engine(knowledge):
    everybody = next(each for each in knowledge.recommendations.values() if each.key == "rcog-2022-cerclage/fewer-than-three-events")
    claims = [Claim((Clause(((everybody, STANDS),)),)), Claim((Clause(((everybody, STANDS),)), Clause(((everybody, frozenset({"not-met"})),))))]
    some, none = standing(claims, knowledge, 500, seed=1)

    assert 0 < some < 500
    assert none == 0
