"""The same recommendations over a population, as of each moment at which something became known.

A *moment* is the time between two recordings in one pregnancy; nothing is expanded into days. What is known at a moment
is a multiset of recordings, each reduced to what some criterion can tell apart (a length of 23 and one of 24 mm are the
same where every limit lies at 15, 20 or 25). Moments with the same multiset have the same verdicts, so a verdict is
worked out once for each that occurs, on the records of one pregnancy that has it, by the SQL engine of
:mod:`gravida.sql`, and multiplied back.

========== ====================================================================================================
needs      what the criteria rest on: facts, fields, limits, ages at which something changes
engine     DuckDB or Spark, one SQL for both
intake     flat tables as numbers and days; what cannot be used is counted
entries    scalars and list entries with the days from and until which each is known
moments    recordings as intervals with a key, summed up to the key of each moment
worlds     the records of one pregnancy for each new key, as the SQL engine reads them
outcomes   the truths of all criteria for a key, packed into bits, one for each recommendation
courses    what comes out of each pregnancy: due, done in time, late, not done, cannot be told
counts     by guideline, topic, month and site, with small cells suppressed
========== ====================================================================================================
"""
