"""Third-party assets of a plugin's Swagger page: copied from their own package, never committed.

`swaggerui/SHA256SUMS`, which stands beside the plugin's own files there, is the one list of what
belongs in that folder, in the format of `sha256sum`. Each file is checked against it before it is
written and after.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import os
import re
import tempfile
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from workbench.errors import AssetsError

PACKAGE = "swagger-ui-bundle"
PACKAGE_VERSION = "1.1.0"
ASSETS_DIR = Path("go_wrapper", "swaggerui")
SUMS_FILE = "SHA256SUMS"

_MODULE = "swagger_ui_bundle"
_VENDOR_DIR = "vendor/swagger-ui-4.15.5"
_SUMS_LINE = re.compile(r"([0-9a-fA-F]{64}) [ *]([^/\\\0]+)")
_INSTALL = f"`python -m pip install '{PACKAGE}=={PACKAGE_VERSION}'` in this environment."


def missing_assets(plugin_dir: Path | str) -> tuple[str, ...]:
    """The names of listed assets that are absent or not what the list says.

    Args:
        plugin_dir: The plugin's folder. One without a list lacks nothing.

    Raises:
        AssetsError: The list, or a file beside it, cannot be read.
    """
    folder = Path(plugin_dir) / ASSETS_DIR
    if not (folder / SUMS_FILE).is_file():
        return ()
    return tuple(
        name for name, digest in _read_sums(folder).items() if not _holds(folder / name, digest)
    )


def install_assets(plugin_dir: Path | str) -> tuple[Path, ...]:
    """Copy the listed assets that are missing from the installed package.

    Files that are right already are left as they are, so a second call writes nothing.

    Args:
        plugin_dir: The plugin's folder, with `go_wrapper/swaggerui/SHA256SUMS` in it.

    Returns:
        The files that were written.

    Raises:
        AssetsError: There is no list, the package is absent or of another version, a checksum
            differs, or the folder cannot be written. Files that were right stay.
    """
    folder = Path(plugin_dir) / ASSETS_DIR
    wanted = {
        name: digest
        for name, digest in _read_sums(folder).items()
        if not _holds(folder / name, digest)
    }
    if not wanted:
        return ()
    # All are checked before the first is written: a wrong package changes nothing.
    contents = _from_package(wanted)
    for name, content in contents.items():
        _write(folder / name, content, wanted[name])
    return tuple(folder / name for name in contents)


def _read_sums(folder: Path) -> dict[str, str]:
    path = folder / SUMS_FILE
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise AssetsError(
            f"{path}: there is no such file, so nothing says which assets belong there.",
            remedy=f"copy {SUMS_FILE} from the plugin that this one was made from.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise AssetsError(
            f"{path}: cannot be read: {error}.",
            remedy="make it a readable text file in the format of sha256sum.",
        ) from None
    sums = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        match = _SUMS_LINE.fullmatch(line)
        if match is None or match.group(2) in (".", "..", SUMS_FILE):
            raise AssetsError(
                f"{path}:{number}: is no line of a list of checksums: {line}",
                remedy="write 64 hexadecimal digits, two blanks and a plain file name.",
            )
        sums[match.group(2)] = match.group(1).lower()
    return sums


def _holds(path: Path, digest: str) -> bool:
    try:
        return _digest(path.read_bytes()) == digest
    except FileNotFoundError:
        return False
    except OSError as error:
        raise AssetsError(
            f"{path}: cannot be read: {error.strerror or error}.",
            remedy="remove it; it is copied again.",
        ) from None


def _from_package(wanted: Mapping[str, str]) -> dict[str, bytes]:
    vendor = _vendor_dir()
    contents = {}
    for name, digest in wanted.items():
        try:
            content = (vendor / name).read_bytes()
        except OSError as error:
            raise AssetsError(
                f"The package {PACKAGE} has no readable {_VENDOR_DIR}/{name}, which {SUMS_FILE} "
                f"lists: {error.strerror or error}.",
                remedy=f"correct the list, or reinstall the package: {_INSTALL}",
            ) from None
        if _digest(content) != digest:
            raise AssetsError(
                f"{name} of the installed {PACKAGE} is not the file that {SUMS_FILE} lists: its "
                f"SHA-256 is {_digest(content)}, the list says {digest}.",
                remedy=f"reinstall the package: {_INSTALL}",
            )
        contents[name] = content
    return contents


def _vendor_dir() -> Traversable:
    try:
        package = importlib.resources.files(_MODULE)
    except ModuleNotFoundError:
        raise AssetsError(
            f"The package {PACKAGE}, which brings the Swagger page's assets, is not installed.",
            remedy=_INSTALL,
        ) from None
    vendor = package / _VENDOR_DIR
    if not vendor.is_dir():
        raise AssetsError(
            f"The installed {PACKAGE} has no folder {_VENDOR_DIR}: it is another version.",
            remedy=_INSTALL,
        )
    return vendor


def _write(path: Path, content: bytes, digest: str) -> None:
    """Put the file in place in one move, so that no reader ever meets half of it."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            temporary.chmod(0o644)
            if _digest(temporary.read_bytes()) != digest:
                raise AssetsError(
                    f"{path}: what was read back is not what was written.",
                    remedy="check the disk that the plugin is on, and try again.",
                )
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise AssetsError(
            f"{path}: cannot be written: {error.strerror or error}.",
            remedy=f"make {path.parent} writable, with room on its disk.",
        ) from None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
