"""Where guidelines conflict, with proofs: inside one, between two, and between editions of the same.

Nothing is merged and nothing is settled here; what is found is shown to those who write guidelines, with a record that
anybody can judge again (``gravida assess``), or with the proof that there is no such record.
"""


class UnconfirmedError(AssertionError):
    """The reference engine does not confirm what a solver or a map shows: the two mean different things, which is a fault of ours."""
