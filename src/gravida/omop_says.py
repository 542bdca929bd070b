# ruff: noqa: S608 - every name in a query is one of ours
"""What the flat tables say, as rows of an OMOP database: each query yields a person, a day, a concept and its value.

>>> TABLE_OF["cerclage_removal"]
'procedure_occurrence'
"""

from collections.abc import Iterator

from gravida.fhir_history import AT_BIRTH
from gravida.omop_lost import BORN_IN_LABOUR, BORN_INDICATED, DAY_OF_SCAN, EXACT, LOSS_FIRST, LOSS_IN_LABOUR, LOSS_SECOND, ROWS

AT_END = AT_BIRTH[0]
CONDITION, PROCEDURE, MEASUREMENT, OBSERVATION, MEDICINE = "condition_occurrence", "procedure_occurrence", "measurement", "observation", "drug_exposure"
OUTCOME_CODES = {
    "live-birth": "live_birth", "stillbirth": "stillbirth", "miscarriage": "miscarriage_no_trimester", "termination": "termination",
    "ectopic": "ectopic_pregnancy",
}  # fmt: skip
YES = {
    "pregnancy_placenta_praevia": "placenta_praevia", "conditions_cervical_insufficiency": "cervical_insufficiency_antenatal",
    "conditions_uterine_anomaly": "uterine_anomaly", "conditions_connective_tissue_disorder": "connective_tissue_disorder",
    "conditions_des_exposure": "des_exposure",
}  # fmt: skip
DURING = {"abruption": "placental_abruption", "infection": "chorioamnionitis", "waters_broke_before_labour": "preterm_rupture_of_membranes"}
FOUND = {
    "t.contractions": "contractions_present", "NOT t.contractions": "contractions_absent", "t.membranes_exposed": "membranes_bulging",
    "t.waters_broken": "amniotic_fluid_leak", "NOT t.waters_broken": "membranes_intact", "t.active_bleeding": "vaginal_bleeding",
    "t.suspected_intraamniotic_infection": "chorioamnionitis",
}  # fmt: skip
STITCHES = {
    "t.technique = 'mcdonald'": "cerclage_mcdonald", "t.technique = 'shirodkar'": "cerclage_shirodkar", "t.kind = 'transabdominal'": "cerclage_abdominal",
    "t.kind = 'transvaginal'": "cerclage_vaginal",
}  # fmt: skip
SURGERY = {"lletz": "loop_excision", "cone": "cone_biopsy", "trachelectomy": "trachelectomy"}
DRUGS = {"progesterone": "progesterone", "17-ohpc": "hydroxyprogesterone_caproate"}
TABLE_OF = {
    "pregnant": CONDITION, "due_date": OBSERVATION, "last_period": OBSERVATION, "gestational_age_in_days": MEASUREMENT, AT_END: MEASUREMENT,
    "number_of_fetuses": MEASUREMENT, "gravidity": OBSERVATION, **dict.fromkeys(OUTCOME_CODES.values(), CONDITION),
    **dict.fromkeys(YES.values(), CONDITION),
    **dict.fromkeys(DURING.values(), CONDITION), **dict.fromkeys(FOUND.values(), CONDITION), "dilation_palpated": MEASUREMENT,
    "miscarriage_first_trimester": CONDITION, "miscarriage_second_trimester": CONDITION, "second_trimester_labour_with_delivery": CONDITION,
    "preterm_labour_with_delivery": CONDITION, "preterm_birth_indicated": CONDITION, **dict.fromkeys(STITCHES.values(), PROCEDURE),
    "cerclage_route_not_stated": PROCEDURE, "cerclage_removal": PROCEDURE, "cervical_length_ultrasound": MEASUREMENT,
    "transvaginal_obstetric_scan": PROCEDURE, **dict.fromkeys(SURGERY.values(), PROCEDURE), "cervical_excision_not_specified": PROCEDURE,
    **dict.fromkeys(DRUGS.values(), MEDICINE),
}  # fmt: skip
"""Every concept that is said, and the table where it stands."""

APART = 730
"""Days between the ends of earlier pregnancies, which have no date: two years."""
LONG_AGO, SHORTLY, BEFORE = 1000, 7, 60
"""Days before a pregnancy for surgery, before an end for a stitch, and before a pregnancy for what was known of an earlier one: made up, in order."""
OF_ONE = "SELECT p.person, p.visit, 0 AS part"


def _case(cases: dict[str, str], otherwise: str = "NULL") -> str:
    return f"CASE {' '.join(f'WHEN {when} THEN {chr(39)}{then}{chr(39)}' for when, then in cases.items())} ELSE {otherwise} END"


def _of_word(column: str, words: dict[str, str], otherwise: str = "NULL") -> str:
    return _case({f"{column} = '{word}'": concept for word, concept in words.items()}, otherwise)


def _scalars() -> Iterator[str]:
    """Yield what pregnancies and their updates say outside of lists."""
    for table, day in (("pregnancies", "t.known_from"), ("updates", "t.recorded_on")):
        rows = f"FROM flat_{table} AS t JOIN one AS p USING (pregnancy_id)"
        for concept, column in (("due_date", "t.pregnancy_due_date"), ("last_period", "t.pregnancy_last_period")):
            yield f"{OF_ONE}, {day} AS day, '{concept}' AS concept, CAST({column} AS VARCHAR) AS words {rows} WHERE {column} IS NOT NULL"
        yield (f"{OF_ONE}, t.pregnancy_gestation_on AS day, 'gestational_age_in_days' AS concept, t.pregnancy_gestation_at_days AS number, 'd' AS unit {rows} "
               "WHERE t.pregnancy_gestation_at_days IS NOT NULL AND t.pregnancy_gestation_at_days_to IS NULL "
               "AND t.pregnancy_gestation_on IS NOT NULL")  # fmt: skip
        babies = "t.pregnancy_plurality"
        yield f"{OF_ONE}, {day} AS day, 'number_of_fetuses' AS concept, {babies} AS number {rows} WHERE {babies}_to IS NULL AND {babies} IS NOT NULL"
        yield f"{OF_ONE}, {day} AS day, 'gravidity' AS concept, t.prior_pregnancies_total + 1 AS number {rows} WHERE t.prior_pregnancies_total IS NOT NULL"
        for column, concept in YES.items():
            yield f"{OF_ONE}, {day} AS day, '{concept}' AS concept {rows} WHERE t.{column}"
        yield (f"{OF_ONE}, p.start - {BEFORE} AS day, 'cervical_insufficiency_antenatal' AS concept {rows} WHERE t.conditions_earlier_cervical_insufficiency")


def _ends() -> Iterator[str]:
    """Yield that a pregnancy was there, and how it ended."""
    yield f"{OF_ONE}, p.known_from AS day, 'pregnant' AS concept FROM one AS p"
    yield f"{OF_ONE}, p.ended_on AS day, {_of_word('p.ended_how', OUTCOME_CODES)} AS concept FROM one AS p WHERE p.ended_how IS NOT NULL"
    yield f"{OF_ONE}, p.ended_on AS day, '{AT_END}' AS concept, p.ended_days AS number, 'd' AS unit FROM one AS p WHERE p.ended_days IS NOT NULL"


def _priors() -> Iterator[str]:
    """Yield earlier pregnancies: each ends two years before the next, outside of the time that is observed."""
    earlier, rows = "SELECT t.person, NULL AS visit, 0 AS part", f"FROM ({PRIOR}) AS t"
    yield f"{earlier}, t.day, {_of_word('t.outcome', OUTCOME_CODES)} AS concept {rows} WHERE t.outcome IS NOT NULL AND t.loss IS NULL"
    yield f"{earlier}, t.day, t.loss AS concept {rows} WHERE t.loss IS NOT NULL"
    yield f"{earlier}, t.day, t.birth AS concept {rows} WHERE t.birth IS NOT NULL"
    yield f"{earlier}, t.day, '{AT_END}' AS concept, t.exact AS number, 'd' AS unit {rows} WHERE t.exact IS NOT NULL"
    yield f"{earlier}, t.day, 'second_trimester_labour_with_delivery' AS concept {rows} WHERE t.in_labour"
    yield f"{earlier}, t.day, 'number_of_fetuses' AS concept, t.plurality AS number {rows} WHERE t.plurality IS NOT NULL AND t.plurality_to IS NULL"
    for column, concept in DURING.items():
        yield f"{earlier}, t.day, '{concept}' AS concept {rows} WHERE t.{column}"
    yield f"{earlier}, t.day - {SHORTLY} AS day, 'cerclage_vaginal' AS concept {rows} WHERE t.cerclage_kind = 'transvaginal'"


PRIOR = f"""
    SELECT t.*, p.person, {EXACT} AS exact, p.start - {APART} * CAST(row_number() OVER (PARTITION BY t.pregnancy_id ORDER BY t.entry DESC) AS INTEGER) AS day,
        CASE WHEN {LOSS_FIRST} THEN 'miscarriage_first_trimester' WHEN {LOSS_SECOND} THEN 'miscarriage_second_trimester' END AS loss,
        CASE WHEN {BORN_IN_LABOUR} THEN 'preterm_labour_with_delivery' WHEN {BORN_INDICATED} THEN 'preterm_birth_indicated' END AS birth,
        {LOSS_IN_LABOUR} AS in_labour
    FROM flat_prior_pregnancies AS t JOIN one AS p USING (pregnancy_id) WHERE {ROWS["prior_pregnancies"]}"""


def _findings() -> Iterator[str]:
    """Yield scans and what was found on a day. A scan through the vagina is a procedure to which the length points; another route is a word."""
    scan = f"{OF_ONE.replace('0 AS part', 't.entry AS part')}, {DAY_OF_SCAN} AS day"
    rows = "FROM flat_scans AS t JOIN one AS p USING (pregnancy_id)"
    link = "t.pregnancy_id || ' ' || t.entry AS link"
    yield f"""{scan}, 'cervical_length_ultrasound' AS concept, CASE WHEN t.cervical_length_mm_to IS NULL THEN t.cervical_length_mm END AS number, 'mm' AS unit,
        nullif(t.route, 'transvaginal') AS also, {link} {rows}"""
    yield f"{scan}, 'transvaginal_obstetric_scan' AS concept, {link} {rows} WHERE t.route = 'transvaginal'"
    rows = 'FROM flat_examinations AS t JOIN one AS p USING (pregnancy_id) WHERE t."on" IS NOT NULL'
    yield f"""{OF_ONE}, t."on" AS day, 'dilation_palpated' AS concept, t.dilation_cm AS number, 'cm' AS unit {rows}
        AND t.dilation_cm IS NOT NULL AND t.dilation_cm_to IS NULL"""
    for when, concept in FOUND.items():
        yield f"{OF_ONE}, t.\"on\" AS day, '{concept}' AS concept {rows} AND {when}"


def _care() -> Iterator[str]:
    """Yield stitches, medicines and surgery."""
    rows = "FROM flat_cerclages AS t JOIN one AS p USING (pregnancy_id) WHERE t.placed_on IS NOT NULL"
    first = "QUALIFY row_number() OVER (PARTITION BY t.pregnancy_id, t.entry ORDER BY t.recorded_on NULLS FIRST) = 1"
    yield f"{OF_ONE}, t.placed_on AS day, {_case(STITCHES, chr(39) + 'cerclage_route_not_stated' + chr(39))} AS concept {rows} {first}"
    yield f"{OF_ONE}, t.recorded_on AS day, 'cerclage_removal' AS concept {rows} AND t.removed AND t.recorded_on IS NOT NULL"
    given = """SELECT pregnancy_id, entry, min(recorded_on) FILTER (WHERE current) AS started, min(recorded_on) FILTER (WHERE NOT current) AS stopped,
        min(drug) AS drug, min(route) AS route FROM flat_progestogens GROUP BY pregnancy_id, entry"""
    until = "CASE WHEN t.stopped IS NULL THEN p.ended_on ELSE greatest(t.started, t.stopped - 1) END"
    yield f"""SELECT p.person, p.visit, t.entry AS part, t.started AS day, {until} AS until, {_of_word("t.drug", DRUGS)} AS concept, t.route
        FROM ({given}) AS t JOIN one AS p USING (pregnancy_id) WHERE t.started IS NOT NULL AND t.drug IS NOT NULL"""
    yield f"""{OF_ONE}, p.start - {LONG_AGO} + t.entry AS day, {_of_word("t.kind", SURGERY, chr(39) + "cervical_excision_not_specified" + chr(39))} AS concept
        FROM flat_cervical_procedures AS t JOIN one AS p USING (pregnancy_id)"""


SAYS: tuple[str, ...] = (*_scalars(), *_ends(), *_priors(), *_findings(), *_care())
"""Every query; ``$first_low`` and its like are limits of the knowledge."""
