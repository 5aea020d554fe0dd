"""What an application asks of a device while the device's host goes on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def asking(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Iterator[Future[T]]:
    """Call from a thread of its own; in the block the host answers, behind it the call is over."""
    with ThreadPoolExecutor(1) as executor:
        yield executor.submit(call, *args, **kwargs)
