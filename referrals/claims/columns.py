"""The columns of a claims file, and the SQL that makes values of their text.

DuckDB's dialect: only bringing files in depends on it.
"""

from collections.abc import Collection
from dataclasses import dataclass

from referrals.imports.registry import Refused

NEEDED = ("claim_id", "patient_id", "service_date_from")
DESTINATIONS = ("rendering_npi", "billing_npi", "facility_npi")
NPIS = ("referring_npi", *DESTINATIONS)
AMOUNTS = ("charge_amount", "allowed_amount", "paid_amount")
DATES = ("service_date_from", "service_date_to", "adjudicated_on")
STATUSES = ("paid", "denied", "reversed")
# Text that is kept as it stands, and how long it may be.
TEXTS = {
    "billing_tin": 20,
    "claim_type": 20,
    "place_of_service": 10,
    "bill_type": 10,
    "procedure_code": 20,
    "modifiers": 40,
    "revenue_code": 10,
    "diagnosis_code_1": 20,
    "diagnosis_code_2": 20,
    "diagnosis_code_3": 20,
    "diagnosis_code_4": 20,
    "units": 20,
    "payer_name": 120,
    "service_line": 80,
    "patient_zip": 10,
}
USED = ("procedure_code", "payer_name", "service_line", "patient_zip")
KNOWN = (*NEEDED, "claim_line", *NPIS, *AMOUNTS, *DATES[1:], *TEXTS, "claim_status")
LIMITS = {"claim_id": 80, "patient_id": 200, **TEXTS}
# What is kept of a rejected row: nothing that points to a patient.
SHOWN = (
    "claim_line",
    *NPIS,
    *AMOUNTS,
    "procedure_code",
    "payer_name",
    "service_line",
    "claim_status",
)
BLANKS = " \t\u00a0\u200b\u3000"

# Columns that give other layouts away, and the preset that will read them.
LAYOUTS = {
    "rif-carrier": {"clm_id", "rfr_physn_npi", "prf_physn_npi"},
    "rif-inpatient": {"clm_id", "clm_admsn_dt", "org_npi_num"},
    "rif-outpatient": {"clm_id", "rev_cntr", "org_npi_num"},
    "rif-dme": {"clm_id", "line_hcpcs_cd", "sup_npi"},
    "cclf5": {"cur_clm_uniq_id", "rndrg_prvdr_npi_num"},
    "cclf": {"cur_clm_uniq_id"},
    "rif": {"clm_id", "bene_id"},
    "tuva": {"claim_line_number", "claim_start_date", "data_source"},
}


@dataclass(frozen=True)
class Header:
    """The names of a file's columns, normal (trimmed, case-folded) and as given."""

    names: tuple[str, ...]
    normal: tuple[str, ...]

    def check(self) -> None:
        """Refuse a header that cannot be worked with, naming what is missing."""
        there = set(self.normal)
        twice = sorted({name for name in there & {*KNOWN} if self._times(name) > 1})
        if twice:
            raise Refused(f"The header names twice: {', '.join(twice)}.")
        missing = [name for name in NEEDED if name not in there]
        for group in (DESTINATIONS, AMOUNTS):
            if not there & {*group}:
                missing.append(f"one of {', '.join(group[:-1])} or {group[-1]}")
        if missing:
            raise Refused(
                f"Missing column{'s' * (len(missing) > 1)}: {'; '.join(missing)}."
                f"{_layout_remark(there)}"
            )

    def _times(self, name):
        return self.normal.count(name)

    @property
    def known(self) -> set[str]:
        return {*KNOWN} & {*self.normal}

    @property
    def ignored(self) -> list[str]:
        return [
            name.strip()
            for name, normal in zip(self.names, self.normal, strict=True)
            if normal and normal not in KNOWN
        ]


def _layout_remark(there: Collection[str]) -> str:
    for preset, marks in LAYOUTS.items():
        if marks <= there:
            return (
                f" The header looks like the layout {preset}: such files need a "
                f"preset that maps their columns (--preset {preset}), which this "
                "version does not bring yet."
            )
    return (
        " Files of another layout need a preset (--preset NAME) that maps their "
        "columns; this version brings none yet."
    )


def npi(column: str) -> str:
    """A repaired NPI, or '' for what is not ten digits then (referrals/npi.py)."""
    repaired = (
        rf"regexp_replace(trim({column}, ' ' || chr(9) || chr(10) || chr(13) || "
        rf"chr(160)), '\.0+$', '')"
    )
    card = f"substr({repaired}, 6)"
    return f"""CASE WHEN {column} IS NULL THEN ''
        WHEN regexp_full_match({column}, '[0-9]{{10}}') THEN {column}
        WHEN regexp_full_match({repaired}, '[0-9]{{10}}') THEN {repaired}
        WHEN regexp_full_match({repaired}, '80840[0-9]{{10}}') THEN {card}
        ELSE '' END"""


def date(column: str) -> str:
    """The date in any of the five ways of writing it, or NULL."""
    ways = {
        "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}": "%Y-%m-%d",
        "[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}": "%m/%d/%Y",
        "[0-9]{8}": "%Y%m%d",
        "[0-9]{1,2}-[A-Za-z]{3}-[0-9]{4}": "%d-%b-%Y",
    }
    cases = " ".join(
        f"WHEN regexp_full_match({column}, '{pattern}') "
        f"THEN CAST(try_strptime({column}, '{way}') AS DATE)"
        for pattern, way in ways.items()
    )
    return f"CASE WHEN {column} IS NULL THEN NULL {cases} END"


def cents(column: str) -> str:
    """An amount in dollars as whole cents, or NULL. Never through a float."""

    def exact(text):
        return f"CAST(CAST({text} AS DECIMAL(14, 2)) * 100::DECIMAL(3, 0) AS BIGINT)"

    plain = r"-?[0-9]{1,12}(\.[0-9]{1,2}0*)?"
    any_way = (
        r"-?\$?([0-9]{1,3}(,[0-9]{3}){1,3}|[0-9]{1,12})(\.([0-9]{1,2}0*)?)?"
        r"|-?\$?\.[0-9]{1,2}0*"
    )
    bare = f"regexp_replace({column}, '[$,]', '', 'g')"
    return f"""CASE WHEN {column} IS NULL THEN NULL
        WHEN regexp_full_match({column}, '{plain}') THEN {exact(column)}
        WHEN regexp_full_match({column}, '{any_way}') THEN {exact(bare)} END"""


def whole(column: str) -> str:
    """A number of a line: 1 when there is none, NULL for what is no number."""
    digits = rf"regexp_extract({column}, '^([0-9]{{1,9}})(\.0+)?$', 1)"
    return f"""CASE WHEN {column} IS NULL THEN 1
        WHEN regexp_full_match({column}, '[0-9]{{1,9}}') THEN CAST({column} AS BIGINT)
        ELSE TRY_CAST({digits} AS BIGINT) END"""


def problems(*, has_nul: bool) -> str:
    """CASE: why a row is not taken; '' for a blank row, NULL for a good one.

    Reads the raw columns `r_<name>` and the values made of them. No reason
    quotes a value: columns may have been shifted.
    """
    raw = ", ".join(f"r_{name}" for name in KNOWN)
    cases = [(f"r_claim_id IS NULL AND coalesce({raw}) IS NULL", "")]
    if has_nul:
        nul = f"contains(concat_ws('', {raw}), chr(0))"
        cases.append((nul, "The row holds a NUL byte."))
    cases += [(f"r_{name} IS NULL", f"{name} is missing.") for name in NEEDED]
    for name in DATES:
        made = _made(name)
        span = "DATE '1900-01-01' AND DATE '2100-12-31'"
        cases += [
            (f"r_{name} IS NOT NULL AND {made} IS NULL", f"{name} is not a date."),
            (f"{made} NOT BETWEEN {span}", f"{name} is out of range."),
        ]
    cases.append(("claim_line IS NULL", "claim_line is not a whole number."))
    cases += [
        (f"r_{name} IS NOT NULL AND {_made(name)} IS NULL", f"{name} is not an amount.")
        for name in AMOUNTS
    ]
    for names in (DESTINATIONS, AMOUNTS):
        given = ", ".join(f"r_{name}" for name in names)
        cases.append(
            (f"coalesce({given}) IS NULL", f"None of {', '.join(names)} is given.")
        )
    cases.append(
        (
            f"claim_status NOT IN {STATUSES}",
            f"claim_status is not one of {', '.join(STATUSES)}.",
        )
    )
    cases += [
        (f"length(r_{name}) > {limit}", f"{name} is longer than {limit} characters.")
        for name, limit in LIMITS.items()
    ]
    return "CASE {} END".format(
        " ".join(f"WHEN {condition} THEN '{reason}'" for condition, reason in cases)
    )


def _made(name: str) -> str:
    """The name of the value that a column becomes."""
    return {
        "service_date_from": "service_on",
        "service_date_to": "service_to",
        "charge_amount": "charge_cents",
        "allowed_amount": "allowed_cents",
        "paid_amount": "paid_cents",
    }.get(name, name)


def values(there: Collection[str] = KNOWN) -> dict[str, str]:
    """Each value of a line, in order, and the SQL that makes it of `r_<name>`.

    Details that nothing computes with are kept only if the file has them.
    """
    return {
        "claim_id": "r_claim_id",
        "claim_line": whole("r_claim_line"),
        "service_on": date("r_service_date_from"),
        "service_to": date("r_service_date_to"),
        **{name: npi(f"r_{name}") for name in NPIS},
        **{_made(name): cents(f"r_{name}") for name in AMOUNTS},
        "claim_status": "lower(coalesce(r_claim_status, 'paid'))",
        "adjudicated_on": date("r_adjudicated_on"),
        **{
            name: f"coalesce(r_{name}, '')"
            for name in TEXTS
            if name in USED or name in there
        },
    }
