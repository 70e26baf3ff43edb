"""Figures that the program drew."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path


class Figure:
    """A figure in its files; a notebook shows it.

    Attributes
    ----------
    name : str
        Such as ``dynamics``.
    files : dict of str to pathlib.Path
        The files by their format: png, svg, pdf.
    """

    def __init__(self, name: str, files: dict[str, Path]) -> None:
        self.name = name
        self.files = files

    def __repr__(self) -> str:
        return f"Figure({self.name!r}, {', '.join(self.files)})"

    def _repr_png_(self) -> bytes | None:
        return self.files["png"].read_bytes() if "png" in self.files else None

    def _repr_svg_(self) -> str | None:
        if "png" in self.files or "svg" not in self.files:  # one of the two is enough
            return None
        return self.files["svg"].read_text(encoding="utf-8")

    def _repr_html_(self) -> None:
        return None  # pictures are better kept as pictures

    def _img(self) -> str:
        for kind, media in (("png", "image/png"), ("svg", "image/svg+xml")):
            if kind in self.files:
                data = base64.b64encode(self.files[kind].read_bytes()).decode()
                return f'<img alt="{self.name}" style="max-width: 100%" src="data:{media};base64,{data}">'
        return f"<code>{self.name}: {', '.join(str(f) for f in self.files.values())}</code>"


class Figures(Mapping[str, Figure]):
    """Figures by name; a notebook shows all."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._figures: dict[str, Figure] = {}
        for f in sorted(files):
            if f.suffix in (".png", ".svg", ".pdf"):
                self._figures.setdefault(f.stem, Figure(f.stem, {})).files[f.suffix[1:]] = f

    def __getitem__(self, name: str) -> Figure:
        return self._figures[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._figures)

    def __len__(self) -> int:
        return len(self._figures)

    def __repr__(self) -> str:
        return f"Figures({', '.join(self)})"

    def _repr_html_(self) -> str:
        return "\n".join(f"<div>{f._img()}</div>" for f in self.values())


def in_folder(folder: Path) -> Figures:
    """Those of a folder, which need not exist."""
    return Figures(folder.iterdir() if folder.is_dir() else [])
