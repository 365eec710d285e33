"""Keys of a JSON column set where it lies, in one statement for any number of rows."""

import json

from django.db.models import Func, JSONField


class WithKeys(Func):
    """The object of a column with these keys set: whole values, not merged ones."""

    def __init__(self, column: str, values: dict, **extra):
        super().__init__(column, output_field=JSONField(), **extra)
        self.values = values

    def as_sqlite(self, compiler, connection, **context):
        column, params = compiler.compile(self.source_expressions[0])
        pairs = ", %s, json(%s)" * len(self.values)
        for key, value in self.values.items():
            params = [*params, f'$."{key}"', json.dumps(value)]
        return f"json_set({column}{pairs})", params

    def as_postgresql(self, compiler, connection, **context):
        column, params = compiler.compile(self.source_expressions[0])
        return f"({column} || %s::jsonb)", [*params, json.dumps(self.values)]
