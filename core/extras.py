"""Packages that only part of the product needs, and how to install them."""

from importlib.util import find_spec

DISTRIBUTION = "embedding-space-explorer"  # under which the project is installed


def missing(package: str, extra: str) -> str | None:
    """How to install a package that is not there, as a sentence; None if it is there."""
    if find_spec(package) is not None:
        return None
    return (
        f"It needs {package}, which is not installed. Install it with: "
        f'pip install "{DISTRIBUTION}[{extra}]"'
    )
