"""Fingerprints of code: what a rule's result depends on besides its files and settings.

A fingerprint sees code as it behaves. It is blind to comments, docstrings, layout and dates, and to
the words of errors and log messages. It is the same on every supported Python.
"""

import ast
import hashlib
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from galaxyzoo.plan.kept_code import keep, kept, key_of

PACKAGE = "galaxyzoo"
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
IMPORTS = (ast.Import, ast.ImportFrom)
LOGGERS = ("log", "logger")
LOG_METHODS = ("debug", "info", "warning", "error", "exception", "critical", "log")


def code_fingerprints(workflow: Path) -> dict[str, list[str]]:
    """Of each script, by its name: `<path> <fingerprint>` of it and of all modules it imports.

    One string a file, so that a comparison of two lists names the module that changed. Paths are
    relative to the folder `workflow`, which holds scripts and package. The module `job` beside the
    scripts is left out: it logs, and reaches no output. Raises ImportError where `imported_files`
    does.
    """
    imports: dict[Path, set[Path]] = {}
    lines: dict[Path, str] = {}
    found = {}
    for script in sorted((workflow / "scripts").glob("*.py")):
        seen: set[Path] = set()
        waiting = {script}
        while waiting:
            path = waiting.pop()
            seen.add(path)
            if path not in imports:
                imports[path] = imported_files(path, workflow / PACKAGE)
                lines[path] = f"{path.relative_to(workflow).as_posix()} {code_fingerprint(path)}"
            waiting |= imports[path] - seen
        found[script.stem] = sorted(lines[path] for path in seen)
    return found


def code_fingerprint(path: Path) -> str:
    """Hash of the parsed code of a file, 12 hexadecimal digits."""
    return parsed(path.read_text(encoding="utf-8"), str(path)).fingerprint


class Imported(NamedTuple):
    """A name that is imported from a module, or a module: its line, and the dots before it."""

    line: int
    level: int
    module: str
    name: str | None


class Code(NamedTuple):
    """The fingerprint of a file's code, what it imports, and whether it has more than words."""

    fingerprint: str
    imports: list[Imported]
    has_code: bool


FOUND: dict[str, Code] = {}  # in this process, by key


def parsed(text: str, filename: str) -> Code:
    """The code in a file's text, which is parsed once for all rules and runs that depend on it."""
    key = key_of(text, Path(__file__))
    if key not in FOUND and key in kept():
        fingerprint, imports, has_code = kept()[key]
        FOUND[key] = Code(fingerprint, [Imported(*one) for one in imports], has_code)
    elif key not in FOUND:
        tree, imports = ast.parse(text, filename), []
        code = canonical(tree, imports)
        fingerprint = hashlib.sha256(code.encode()).hexdigest()[:12]
        has_code = any(not is_docstring([node]) for node in tree.body)
        FOUND[key] = Code(fingerprint, imported(imports), has_code)
    return FOUND[key]


def keep_parsed() -> None:
    """Keep what this process found out about code for the next ones."""
    keep(FOUND)


def imported(nodes: list[ast.Import | ast.ImportFrom]) -> list[Imported]:
    """What import statements import, in their order."""
    return [
        Imported(node.lineno, node.level, node.module or "", alias.name)
        if isinstance(node, ast.ImportFrom)
        else Imported(node.lineno, 0, alias.name, None)
        for node in nodes
        for alias in node.names
    ]


def canonical(node: object, imports: list[ast.Import | ast.ImportFrom], mute: bool = False) -> str:
    """A syntax tree as text that is the same on Python 3.11 and newer; `imports` gets its imports.

    Docstrings are left out; below an error that is raised and a call of a logger, string constants
    are blank (`mute`), and what is put into them still counts. Unlike `ast.dump`, it leaves out
    fields that are None or empty lists, which some versions have and others lack, and evens out how
    the versions divide the constant parts of f-strings.
    """
    kind = type(node)
    if kind is list:
        return f"[{', '.join([canonical(item, imports, mute) for item in node])}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    if kind in IMPORTS:
        imports.append(node)
    mute = mute or kind is ast.Raise or (kind is ast.Call and is_log_call(node))
    fields = []
    for name in node._fields:
        value = getattr(node, name, None)
        if kind is ast.Constant and mute and isinstance(value, str) and name == "value":
            value = ""
        elif kind is ast.JoinedStr:
            value = joined_constants(value, mute)
        elif name == "body" and kind in DOCUMENTED and is_docstring(value):
            value = value[1:]
        if value is not None and value != []:
            fields.append(f"{name}={canonical(value, imports, mute)}")
    return f"{kind.__name__}({', '.join(fields)})"


def is_log_call(call: ast.Call) -> bool:
    """Whether a call is one such as `log.info(...)` or `job.log.info(...)`."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in LOG_METHODS:
        return False
    logger = call.func.value
    name = logger.attr if isinstance(logger, ast.Attribute) else getattr(logger, "id", None)
    return name in LOGGERS


def is_docstring(body: list[ast.stmt]) -> bool:
    """Whether the first statement of a body is a docstring."""
    value = body[0].value if body and isinstance(body[0], ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def joined_constants(parts: list[ast.expr], mute: bool) -> list[ast.expr]:
    """The parts of an f-string with adjacent constants joined, and empty or mute ones left out."""
    joined: list[ast.expr] = []
    for is_constant, group in groupby(parts, lambda part: isinstance(part, ast.Constant)):
        if not is_constant:
            joined += group
        elif not mute and (text := "".join(part.value for part in group)):
            joined.append(ast.Constant(text))
    return joined


def imported_files(path: Path, package_folder: Path) -> set[Path]:
    """Files of the package that the code in `path` imports, `__init__.py` with code included.

    Raises ImportError for a relative import, and for a name that is neither a module of the package
    nor in an `__init__.py` with code: changes of what it stands for would go unseen.
    """
    files: set[Path] = set()
    packages: set[Path] = set()
    for line, module, name in imported_names(path.read_text(encoding="utf-8"), str(path)):
        folder = package_folder
        packages.add(folder)
        for part in module.split(".")[1:]:
            packages.add(folder := folder / part)
        candidates = [folder / name, folder] if name else [folder]
        file = next((c.with_suffix(".py") for c in candidates if is_module(c)), None)
        if file:
            files.add(file)
        elif not has_code(folder / "__init__.py"):
            raise ImportError(
                f"{path}, line {line}: `{module}{'.' + name if name else ''}` is no module of "
                f"{PACKAGE}; import from the module that defines it, by its full name"
            )
    return files | {init for p in packages if has_code(init := p / "__init__.py")}


def imported_names(text: str, filename: str) -> list[tuple[int, str, str | None]]:
    """Each import from the package in a text: its line, the module, and the name imported from it.

    Raises ImportError for a relative import.
    """
    imports = parsed(text, filename).imports
    if relative := [one.line for one in imports if one.level]:
        raise ImportError(f"{filename}, line {relative[0]}: relative imports are not followed")
    return [(one.line, one.module, one.name) for one in imports if is_ours(one.module)]


def is_ours(module: str) -> bool:
    """Whether a module is the package or in it."""
    return module.split(".")[0] == PACKAGE


def is_module(path: Path) -> bool:
    """Whether `path` with the suffix .py is a module."""
    return path.with_suffix(".py").is_file()


def has_code(path: Path) -> bool:
    """Whether a file is there and has code in it, not only comments and a docstring."""
    return path.is_file() and parsed(path.read_text(encoding="utf-8"), str(path)).has_code
