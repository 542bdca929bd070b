"""The third meaning of a criterion: a formula for a solver, which looks at all records at once.

The reference engine judges one record, SQL judges millions, and here the same syntax tree becomes a formula of Z3, node by
node (:mod:`gravida.smt.meaning`), over records of which nothing is fixed but their size (:mod:`gravida.smt.worlds`). A
question such as "may these two recommendations ever call for opposite things?" then has an answer that is proved, or
a record that shows it. Truth keeps its three values: a formula for "certainly true" and one for "certainly false"
(:mod:`gravida.smt.terms`).

How many entries a list may need is worked out from the criteria (:func:`gravida.smt.bounds.entries_needed`): whatever
holds of a longer list holds of the few entries that decide it.
"""
