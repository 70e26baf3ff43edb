"""Executes a notebook in a folder that is removed, and says what failed.

    python execute.py NOTEBOOK [IMAGES]

IMAGES is a folder for the pictures that it shows, to look at.
"""

import base64
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

source = Path(sys.argv[1])
notebook = nbformat.read(source, as_version=4)
if any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells):
    sys.exit(f"{source} has outputs: strip them before it is committed")
with tempfile.TemporaryDirectory() as folder:
    NotebookClient(notebook, timeout=1800, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()
pictures = [
    output.data["image/png"]
    for cell in notebook.cells
    for output in cell.get("outputs", [])
    if "image/png" in output.get("data", {})
]
print(f"{source.name}: {len(pictures)} pictures")
if len(sys.argv) > 2:
    for i, picture in enumerate(pictures):
        (Path(sys.argv[2]) / f"{source.stem}-{i}.png").write_bytes(base64.b64decode(picture))
