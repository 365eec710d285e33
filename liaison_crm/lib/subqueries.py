"""Subqueries that are written out once."""

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import F, Func, IntegerField, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.lookups import IsNull


class Sealed(RawSQL):
    """The one column of a queryset as SQL, to be looked for with `__in`.

    The SQL is the one that Django writes for the queryset in its place. But
    whenever a query is changed, Django copies all queries within it: a condition
    that stands several subqueries deep cost a page more than the database did. The
    queryset must not look outside itself (`OuterRef`).
    """

    def __init__(self, rows: QuerySet, *, most: int | None = None):
        query = rows.order_by().query
        query.set_limits(high=most)
        compiler = query.get_compiler(connection=connections[rows.db])
        self.is_empty = False
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            self.is_empty, sql, params = True, "", ()
        super().__init__(sql, params)

    def as_sql(self, compiler, connection):
        if self.is_empty:
            raise EmptyResultSet
        return super().as_sql(compiler, connection)


class Listed(Sealed):
    """The same, found once, whoever asks for it.

    PostgreSQL reckons with ten rows then, instead of half of the table, and goes by
    index from these to what hangs on them.
    """

    def as_postgresql(self, compiler, connection):
        sql, params = self.as_sql(compiler, connection)
        return f"(SELECT unnest(ARRAY{sql}))", params


class OfRow(Func):
    """The value of the one row of a sealed queryset whose `key` is in a column.

    It is looked up row by row: that costs what a page shows, not what the queryset
    holds.
    """

    def __init__(self, column: str, rows: QuerySet, *, key: str):
        self.rows = Sealed(rows)
        self.key = rows.model._meta.get_field(key)
        super().__init__(F(column), output_field=IntegerField())

    def as_sql(self, compiler, connection):
        column, params = compiler.compile(self.source_expressions[0])
        table = connection.ops.quote_name(self.key.model._meta.db_table)
        key = connection.ops.quote_name(self.key.column)
        sql = f"({self.rows.sql} AND {table}.{key} = {column} LIMIT 1)"
        return sql, (*self.rows.params, *params)


class Counted(Sealed):
    """How many rows a queryset has, counted no further than `most`."""

    def __init__(self, rows: QuerySet, *, most: int):
        super().__init__(rows.values("pk"), most=most)
        self.sql = f"SELECT COUNT(*) FROM ({self.sql}) AS counted"
        self.output_field = IntegerField()


def any_of(*parts: QuerySet, field: str = "pk") -> Q:
    """The condition that a row is in one of the parts, each of one column.

    Of an OR between tables a database asks each row of the whole; each part of a
    union it finds by an index of its own.
    """
    first, *others = (part.order_by() for part in parts)
    return Q(**{f"{field}__in": first.union(*others, all=True)})


def found_by(rows: QuerySet) -> Q:
    """The condition that `rows`, which look outside themselves, hold one at least.

    It is asked row by row. `Exists` within an OR is not: PostgreSQL then gathers
    all that it might ask for, 50,000 physicians for the sake of 25 lines.
    """
    return Q(IsNull(Subquery(rows.order_by().values("pk")[:1]), rhs=False))
