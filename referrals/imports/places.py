"""The practices at the addresses that a chunk of registry rows tells of.

One practice per normalised address and organization. A person's row joins the
practice without organization at its address.
"""

from referrals.models import Practice
from referrals.services.lookup import practices_by_address

TOLD = ("address_line_1", "address_line_2", "city", "state", "zip_code", "phone", "fax")
WRITTEN = ("phone", "fax", "zip_extension", "provenance")


class Places:
    """Look practices up at once, tell what is said of them, then `store`."""

    def __init__(self, journal, teller, address_keys):
        self.journal, self.teller = journal, teller
        self._practices = practices_by_address(
            address_keys, Practice.objects.select_for_update().order_by("pk")
        )
        self._made, self._told = [], {}

    def at(self, entry, organization=None) -> tuple[Practice, bool]:
        """(the practice at the entry's address, was anything of it news?)

        `entry` has a `place`, the fields of a practice, and an `address_key`.
        The organization has been written already.
        """
        key = (entry.address_key, organization and organization.pk)
        practice = self._practices.get(key)
        if practice is None:
            practice = self._practices[key] = self._new(entry, organization)
            self._made.append(practice)
            return practice, True
        if not self._tell(
            practice,
            entry.place,
            is_own=organization is not None
            and practice.address_key == entry.address_key,
        ):
            return practice, False
        if practice.pk:
            self._told[practice.pk] = practice
        return practice, True

    def _new(self, entry, organization):
        place = entry.place
        name = organization.name if organization else place["address_line_1"]
        practice = Practice(
            name=name or place["address_line_2"],
            organization=organization,
            address_key=entry.address_key,
            **place,
        )
        told = [name for name in TOLD if place[name]]
        self.teller.mark(practice, ["name", *told])
        return practice

    def _tell(self, practice, place, *, is_own):
        """What a row says of a practice that is there; did it change anything?

        An organization's own row knows its phones; people who share an address
        only fill what nobody has told yet.
        """
        told = {name: place[name] for name in ("phone", "fax")}
        if not is_own:
            told = {
                name: value
                for name, value in told.items()
                if not getattr(practice, name) and name not in practice.provenance
            }
        has_told = bool(self.teller.tell(practice, told))
        if place["zip_extension"] and not practice.zip_extension:
            practice.zip_extension, has_told = place["zip_extension"], True
        return has_told

    def store(self):
        self.journal.update([*self._told.values()], WRITTEN)
        self.journal.create(self._made)
