"""What would another policy do? The same pregnancies, lived through under each.

People, lengths and luck come from the synthesizer; what is due comes from the population engine, asked of the record as
it stands on each day; when a pregnancy ends follows from what was done. Luck is keyed, so a person has the same under
every policy, and what differs between two policies is the work of the policies alone.

================ ========================================================================================
``cohort``       portions of people, with what becomes of them if nothing is done
``histories``    which people no criterion can tell apart
``answers``      what is due in a state on a day: asked of the engine once, kept for all policies and draws
``lives``        week by week: scans, stitches, progesterone, and when the pregnancy ends
``effects``      what a treatment leaves of the chance of an early end, in the group it was studied in
``tally``        counts, and differences from the policy that is compared with
``runs``         portions, and sensitivity draws, in several processes
================ ========================================================================================
"""
