"""Values of Python as values of TOML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def literal(value: Any) -> str:
    """A value as it stands in a TOML file.

    Raises
    ------
    TypeError
        If TOML has no such value.
    """
    if isinstance(value, (np.generic, np.ndarray)):
        value = value.tolist()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, (list, tuple, range)):
        return "[" + ", ".join(literal(v) for v in value) + "]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{k} = {literal(v)}" for k, v in value.items()) + " }"
    raise TypeError(f"{value!r} has no form in TOML: expected a number, text, truth value, list or dict of them")


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04X}" for c in escaped) + '"'
