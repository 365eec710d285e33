"""Shapes of states, counties and ZIP codes, and which of them lies in which."""

from liaison_crm.lib.shapes.atlas import County, State, check, counties, states
from liaison_crm.lib.shapes.kept import version
from liaison_crm.lib.shapes.places import (
    county_of,
    state_at,
    state_of,
    states_of,
    zips_in_county,
    zips_in_state,
)

__all__ = [
    "County",
    "State",
    "check",
    "counties",
    "county_of",
    "state_at",
    "state_of",
    "states",
    "states_of",
    "version",
    "zips_in_county",
    "zips_in_state",
]
