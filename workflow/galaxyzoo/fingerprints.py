"""Fingerprints of code: what a rule's result depends on besides its files and settings.

A fingerprint sees code as it behaves. It is blind to comments, docstrings, layout and dates, and to
the words of errors and log messages. It is the same on every supported Python.
"""

import ast
import hashlib
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

PACKAGE = "galaxyzoo"
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
LOGGERS = ("log", "logger")
LOG_METHODS = ("debug", "info", "warning", "error", "exception", "critical", "log")


def code_fingerprints(script: Path, package_folder: Path) -> list[str]:
    """`<path> <fingerprint>` of a script and of all modules of the package that it imports.

    One string a file, so that a comparison of two lists names the module that changed. Paths are
    relative to the folder that holds the package. The module `job` beside the scripts is left out:
    it logs, and reaches no output. Raises ImportError where `imported_files` does.
    """
    seen: set[Path] = set()
    waiting = {script}
    while waiting:
        path = waiting.pop()
        seen.add(path)
        waiting |= imported_files(path, package_folder) - seen
    root = package_folder.parent
    return sorted(f"{path.relative_to(root).as_posix()} {code_fingerprint(path)}" for path in seen)


def code_fingerprint(path: Path) -> str:
    """Hash of the parsed code of a file, 12 hexadecimal digits."""
    return parsed(path.read_text(encoding="utf-8"), str(path)).fingerprint


class Code(NamedTuple):
    """What is read from a file: its fingerprint, and the nodes of its import statements."""

    fingerprint: str
    imports: list[ast.Import | ast.ImportFrom]


@cache
def parsed(text: str, filename: str) -> Code:
    """The code in a file's text, which is parsed once for all rules that depend on it."""
    tree, imports = ast.parse(text, filename), []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports.append(node)
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
        if isinstance(node, ast.Raise) or is_log_call(node):
            blank_words(node)
    return Code(hashlib.sha256(canonical(tree).encode()).hexdigest()[:12], imports)


def is_log_call(node: ast.AST) -> bool:
    """Whether a node is a call such as `log.info(...)` or `job.log.info(...)`."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    logger = node.func.value
    name = logger.attr if isinstance(logger, ast.Attribute) else getattr(logger, "id", None)
    return name in LOGGERS and node.func.attr in LOG_METHODS


def blank_words(message: ast.AST) -> None:
    """Blank the string constants below a node in place; what is put into them still counts."""
    for node in ast.walk(message):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""


def canonical(node: object) -> str:
    """A syntax tree as text that is the same on Python 3.11 and newer.

    Unlike `ast.dump`, it leaves out fields that are None or empty lists, which some versions have
    and others lack, and evens out how the versions divide the constant parts of f-strings.
    """
    if isinstance(node, list):
        return f"[{', '.join(canonical(item) for item in node)}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = []
    for name, value in ast.iter_fields(node):
        if isinstance(node, ast.JoinedStr):
            value = joined_constants(value)
        if value is not None and value != []:
            fields.append(f"{name}={canonical(value)}")
    return f"{type(node).__name__}({', '.join(fields)})"


def joined_constants(parts: list[ast.expr]) -> list[ast.expr]:
    """The parts of an f-string with adjacent constants joined, and empty ones left out."""
    joined: list[ast.expr] = []
    for is_constant, group in groupby(parts, lambda part: isinstance(part, ast.Constant)):
        if not is_constant:
            joined += group
        elif text := "".join(part.value for part in group):
            joined.append(ast.Constant(text))
    return joined


def imported_files(path: Path, package_folder: Path) -> set[Path]:
    """Files of the package that the code in `path` imports, `__init__.py` with code included.

    Raises ImportError for a relative import, and for a name that is neither a module of the package
    nor in an `__init__.py` with code: changes of what it stands for would go unseen.
    """
    files = set()
    for line, module, name in imported_names(path.read_text(encoding="utf-8"), str(path)):
        folder = package_folder.joinpath(*module.split(".")[1:])
        for package in (folder, *folder.parents):
            if has_code(package / "__init__.py"):
                files.add(package / "__init__.py")
            if package == package_folder:
                break
        candidates = [folder / name, folder] if name else [folder]
        file = next((c.with_suffix(".py") for c in candidates if is_module(c)), None)
        if file:
            files.add(file)
        elif not has_code(folder / "__init__.py"):
            raise ImportError(
                f"{path}, line {line}: `{module}{'.' + name if name else ''}` is no module of "
                f"{PACKAGE}; import from the module that defines it, by its full name"
            )
    return files


def imported_names(text: str, filename: str) -> list[tuple[int, str, str | None]]:
    """Each import from the package in a text: its line, the module, and the name imported from it.

    Raises ImportError for a relative import.
    """
    found: list[tuple[int, str, str | None]] = []
    for node in parsed(text, filename).imports:
        if isinstance(node, ast.ImportFrom):
            if node.level:
                raise ImportError(
                    f"{filename}, line {node.lineno}: relative imports are not followed"
                )
            if is_ours(node.module):
                found += [(node.lineno, node.module, alias.name) for alias in node.names]
        else:
            found += [(node.lineno, a.name, None) for a in node.names if is_ours(a.name)]
    return found


def is_ours(module: str) -> bool:
    """Whether a module is the package or in it."""
    return module.split(".")[0] == PACKAGE


def is_module(path: Path) -> bool:
    """Whether `path` with the suffix .py is a module."""
    return path.with_suffix(".py").is_file()


def has_code(path: Path) -> bool:
    """Whether a file is there and has code in it, not only comments and a docstring."""
    return path.is_file() and any(
        not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Constant)
        for node in ast.parse(path.read_text(encoding="utf-8")).body
    )
