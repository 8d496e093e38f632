"""Fingerprints of code: what a rule's result depends on besides its files and settings."""

import ast
import hashlib
from pathlib import Path

PACKAGE = "galaxyzoo"
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def code_fingerprint(path: Path) -> str:
    """Hash of the parsed code of a file: blind to comments, docstrings, layout and dates."""
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:12]


def imported_modules(path: Path, package_folder: Path) -> set[Path]:
    """Files of the shared package that the code in `path` imports by name."""
    files = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module] + [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            if name.startswith(PACKAGE + "."):
                file = package_folder.joinpath(*name.split(".")[1:]).with_suffix(".py")
                if file.is_file():
                    files.add(file)
    return files


def code_fingerprints(script: Path, package_folder: Path) -> list[str]:
    """`<file> <fingerprint>` of a script and of every shared module it imports, however deep.

    One string a file, so that a comparison of two lists names the module that changed.
    """
    seen: set[Path] = set()
    waiting = {script}
    while waiting:
        path = waiting.pop()
        seen.add(path)
        waiting |= imported_modules(path, package_folder) - seen
    return sorted(f"{path.parent.name}/{path.name} {code_fingerprint(path)}" for path in seen)
