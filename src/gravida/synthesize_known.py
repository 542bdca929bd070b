"""What of a person's history is on record: what care can act on is this, and not what is true.

>>> SAID_COMPLETE, SAID_INCOMPLETE, NOT_SAID
(0, 1, 2)
"""

from dataclasses import dataclass

import numpy as np

from gravida.draws import Array, Draws
from gravida.synthesize_chosen import Chosen
from gravida.synthesize_people import LOSS, SPONTANEOUS, People

SAID_COMPLETE, SAID_INCOMPLETE, NOT_SAID = range(3)


@dataclass(frozen=True, slots=True)
class Known:
    """What is on record of earlier pregnancies. ``kept`` marks the entries that are."""

    kept: Array
    listed: Array
    """Whether there is a list at all."""
    said: Array
    """Whether the list is said to be complete."""
    events: Array
    """How many losses and births on record make somebody high-risk."""
    painless: Array
    stitched: Array

    @property
    def high(self) -> Array:
        """Whether somebody is known to be high-risk."""
        return np.asarray(self.events > 0)


def make_known(draws: Draws, people: People, chosen: Chosen) -> Known:
    """Return what is on record of earlier pregnancies."""
    value, person, priors = chosen.value, people.person, people.priors
    shares = np.array([value("history_complete"), value("history_incomplete")])
    said = draws.choice("history-said", person, np.append(shares, 1 - shares.sum()))
    listed = (said == SAID_COMPLETE) | ~draws.happens("history-missing", person, value("history_missing"))
    omitted = np.stack([draws.happens("prior-omitted", person, value("prior_omitted"), entry=entry) for entry in range(priors.kind.shape[1])], axis=1)
    kept = priors.exists & listed[:, None] & ~(omitted & (said != SAID_COMPLETE)[:, None])
    lost = (priors.kind == LOSS) & (priors.ended >= value("high_risk_loss_from"))
    early = (priors.kind == SPONTANEOUS) & (priors.ended < value("high_risk_birth_before"))
    events = (kept & (lost | early)).sum(axis=1)
    return Known(kept, listed, said, events, (kept & priors.painless).any(axis=1), (kept & (priors.stitch > 0)).any(axis=1))
