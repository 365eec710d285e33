"""Which rows of the registry an import wants.

By the practice location's state, ZIP code or territory and by taxonomy; all that
were asked for must hold. Whoever is in the directory is always wanted, wherever
the registry says they are now. The deactivation of an NPI that was never seen
says no place, so a filter passes it over; without one it is kept as inactive.
"""

from collections.abc import Callable
from functools import lru_cache
from itertools import chain

from django.utils import timezone

from accounts.models import TerritoryZip
from referrals import addresses, npi
from referrals.imports import nppes_entry, values
from referrals.imports.bits import Bits
from referrals.imports.registry import Option
from referrals.imports.rows import Filter
from referrals.models import Organization, Physician

OPTIONS = (
    Option("state", "Only in this state, e.g. TN"),
    Option("zip_prefix", "Only practice locations whose ZIP code starts with"),
    Option("taxonomy", "Only with a taxonomy code that starts with"),
    Option("territories", "Only ZIP codes of our territories", is_flag=True),
)
PLACE = (nppes_entry.NPI, nppes_entry.STATE, nppes_entry.ZIP)
CODES = tuple(nppes_entry.CODE(slot) for slot in nppes_entry.SLOTS)
CACHED = 1 << 14  # values that come again and again
NPIS = 1_000_000_000  # nine digits; the tenth is their check digit


def of(options: dict) -> Filter | None:
    tests = [*_tests(options)]
    if not tests:
        return None
    known = _known()

    def keeps(cells):
        if _is_in(known, cells[0]):
            return True
        if not all(test(cells) for test in tests):
            return False
        # Wanted once, wanted always: so it is when a later attempt goes on.
        known.add(_nine_digits(cells[0]))
        return True

    return Filter(PLACE + CODES * bool(options.get("taxonomy", "").strip()), keeps)


def of_known() -> Filter:
    """Rows of NPIs that are in the directory."""
    known = _known()
    return Filter((nppes_entry.NPI,), lambda cells: _is_in(known, cells[0]))


def _is_in(known, cell):
    return _nine_digits(cell) in known and npi.has_right_check_digit(npi.repair(cell))


def _tests(options) -> list[Callable]:
    state, prefix, taxonomy, territories = (
        options.get(name, "").strip().upper()
        for name in ("state", "zip_prefix", "taxonomy", "territories")
    )
    zip_code = lru_cache(CACHED)(lambda cell: addresses.zip_parts(cell)[0])
    if state:
        code = addresses.state_code(state)
        is_there = lru_cache(CACHED)(lambda cell: addresses.state_code(cell) == code)
        yield lambda cells: is_there(cells[1])
    if prefix:
        yield lambda cells: zip_code(cells[2]).startswith(prefix)
    if territories.casefold() in values.YES:
        held = TerritoryZip.objects.exclude(ends_on__lte=timezone.localdate())
        ours = {*held.values_list("zip_code", flat=True)}
        yield lambda cells: zip_code(cells[2]) in ours
    if taxonomy:
        yield lambda cells: any(
            cell.strip().upper().startswith(taxonomy) for cell in cells[3:]
        )


def _known() -> Bits:
    """The NPIs of the directory."""
    known = Bits(NPIS)
    physicians = Physician.objects.values_list("npi", flat=True)
    organizations = Organization.objects.exclude(npi=None).values_list("npi", flat=True)
    for number in chain(physicians.iterator(), organizations.iterator()):
        known.add(_nine_digits(number))
    return known


def _nine_digits(cell: str) -> int:
    """The NPI without its check digit; 0, which is nobody's, if it is none."""
    number = cell if npi.is_ten_digits(cell) else npi.repair(cell)
    return int(number[:9]) if npi.is_ten_digits(number) else 0
