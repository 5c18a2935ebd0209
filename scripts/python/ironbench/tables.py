"""Records as pandas frames."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

try:
    import pandas as pd
except ImportError as error:
    raise ImportError("ironbench.load needs pandas: pip install 'ironbench[pandas]'") from error

from ironbench.columns import DTYPES, KEYS, TABLES, Column, Kind, Table


@dataclasses.dataclass(frozen=True)
class Tables:
    """The records of runs as frames; their columns are in `ironbench.columns` and README.md. Unknown values are missing,
    never 0. Join them by ["run", "part", "case"]."""

    cases: pd.DataFrame
    samples: pd.DataFrame
    curves: pd.DataFrame
    predictions: pd.DataFrame
    transfers: pd.DataFrame
    time_to_loss: pd.DataFrame


def at(value: Any, path: tuple[str, ...]) -> Any:
    """A member of an object, by the names on the way; None if there is none."""
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def _cell(kind: Kind, value: Any) -> Any:
    if value is None:
        return None
    if kind == "sizes":
        return "x".join(map(str, value))
    if kind == "pairs":
        return ", ".join(f"{name}={value[name]}" for name in sorted(value))
    return value


def _rows(table: Table, case: dict[str, Any]) -> list[list[Any]]:
    """The values of a case, one list per column of the table."""
    base = at(case, table.base)
    if table.rows == "arrays":
        arrays = [at(base, column.path) for column in table.columns]
        length = max((len(array) for array in arrays if array is not None), default=0)
        return [array if array else [None] * length for array in arrays]
    objects = base or [] if table.rows == "objects" else [case]
    return [[_cell(column.kind, at(item, column.path)) for item in objects] for column in table.columns]


def _series(kind: Kind, values: list[Any]) -> pd.Series[Any]:
    dtype: Any = DTYPES[kind]
    series: pd.Series[Any] = pd.Series(values, dtype=dtype)
    return series


def _frame(table: Table, records: Iterable[dict[str, Any]]) -> pd.DataFrame:
    columns: tuple[Column, ...] = KEYS + table.columns
    values: list[list[Any]] = [[] for _ in columns]
    for record in records:
        for case in record["cases"]:
            rows = _rows(table, case)
            keys = (record["run"]["id"], case.get("part", 1), case["id"])
            for column, key in zip(values, keys):
                column += [key] * len(rows[0])
            for column, added in zip(values[len(keys):], rows):
                column += added
    return pd.DataFrame({column.name: _series(column.kind, column_values) for column, column_values in zip(columns, values)})


def _with_metrics(cases: pd.DataFrame, records: Iterable[dict[str, Any]]) -> pd.DataFrame:
    metrics = [case.get("metrics") or {} for record in records for case in record["cases"]]
    names = dict.fromkeys(name for of_case in metrics for name in of_case)
    added = {name: _series("number", [of_case.get(name) for of_case in metrics]) for name in names}
    return pd.concat([cases, pd.DataFrame(added)], axis=1) if added else cases


def tables(records: list[dict[str, Any]]) -> Tables:
    """The frames of records as `ironbench.record` returns them, one below the other."""
    frames = {name: _frame(table, records) for name, table in TABLES.items()}
    frames["cases"] = _with_metrics(frames["cases"], records)
    return Tables(**frames)
