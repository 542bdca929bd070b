"""The same recommendations over a population, as of each moment at which something became known.

A *moment* is the time between two recordings in one pregnancy; nothing is expanded into days. What is known at a moment
is a multiset of recordings, each reduced to what some criterion can tell apart (a length of 23 and one of 24 mm are the
same where every limit lies at 15, 20 or 25). Moments with the same multiset in one list of the record are the same to
every criterion, so the parts of criteria that rest on that list are worked out once for each that occurs, on the records of
one pregnancy that has it, by the SQL engine of :mod:`gravida.sql`. What they add up to is asked of 64 moments at once.

========== ====================================================================================================
needs      what the criteria rest on: facts, fields, limits, ages at which something changes
engine     DuckDB or Spark, one SQL for both
intake     flat tables as numbers and days; what cannot be used is counted
entries    scalars and list entries with the days from and until which each is known
kinds      entries of a list that no criterion can tell apart
doubts     which facts an entry of which something is unknown leaves in doubt
states     what is known in one part of the record as intervals with a key, summed up in the order of time
worlds     the records of one pregnancy for each new key, as the SQL engine reads them
classes    what no criterion can tell apart in one part of the record, and the truths that go with it
moments    the time between two changes of class, with the classes of all parts
timeline   courses: all moments of a pregnancy, and where each stands among the windows
outcomes   what each recommendation says at a moment, apart from the clock, as planes of bits
courses    what comes out of each pregnancy: due, done in time, late, not done, cannot be told
counts     by guideline, topic, month and site, with small cells suppressed
========== ====================================================================================================
"""
