"""Execute the notebooks from top to bottom, offline, and keep what they print.

``python notebooks/execute.py [--check] [NOTEBOOK ...]`` (needs the extra ``notebooks``)

With ``--check`` nothing is written. A notebook that fails, prints to standard error or takes longer
than a minute is an error either way.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

HERE = Path(__file__).parent
LONGEST = 60
NOWHERE = "http://127.0.0.1:9"
"""No proxy listens there: whoever asks for the network fails at once."""


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, default=sorted(HERE.glob("*.ipynb")))
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args()
    os.environ |= dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), NOWHERE)
    os.environ |= {"no_proxy": "", "OMP_NUM_THREADS": "1"}
    problems = [problem for path in options.notebooks for problem in execute(path, options.check)]
    if problems:
        sys.exit("\n".join(problems))


def execute(path: Path, check: bool) -> list[str]:
    """Execute one notebook; return what is wrong with it."""
    notebook = nbformat.read(path, as_version=4)
    begin = time.perf_counter()
    # Talks through files instead of ports, so that not even the local network is needed.
    with tempfile.TemporaryDirectory() as folder:
        kernel = AsyncKernelManager(kernel_name="python3", transport="ipc", ip=f"{folder}/kernel")
        NotebookClient(
            notebook,
            km=kernel,
            timeout=5 * LONGEST,
            record_timing=False,  # would change with every run
            resources={"metadata": {"path": str(path.parent)}},
        ).execute(cleanup_kc=True)
    seconds = time.perf_counter() - begin
    print(f"{path.name}: {seconds:.0f} s", flush=True)
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    nbformat.validate(notebook)
    if not check:
        path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    warned = [
        f"{path.name}: standard error: {output.text.strip()}"
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.get("name") == "stderr"
    ]
    slow = [f"{path.name}: {seconds:.0f} s, longer than {LONGEST} s"] * (seconds > LONGEST)
    return warned + slow


if __name__ == "__main__":
    main()
