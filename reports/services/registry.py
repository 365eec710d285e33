"""The kinds of report runs there are. A new report adds its line here."""

from reports.services.kinds import Kind

KINDS: dict[str, Kind] = {}
