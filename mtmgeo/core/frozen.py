"""Frozen for good: frames and mappings that nobody can change inside a frozen dataclass.

A frozen dataclass keeps its fields, but not what they hold: a frame can be changed in place, and
what was worked out from it before is then no longer true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any, Generic, NoReturn, TypeVar, overload

_T = TypeVar("_T")
_Class = TypeVar("_Class", bound=type[Any])


def frozen(cls: _Class) -> _Class:
    """Freeze what the fields of a dataclass hold as well.

    A frame, an array or a list is copied when it is given, and again each time it is asked for. A
    mapping is copied when it is given, and handed out for reading alone.
    """
    for each in fields(cls):
        setattr(cls, each.name, _Field(each.name))
    return cls


class _Field:
    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, obj: object | None, owner: type) -> Any:
        return self if obj is None else _shown(vars(obj)[self._name])

    def __set__(self, obj: object, value: object) -> None:
        own = dict(value) if isinstance(value, Mapping) else _shown(value)
        vars(obj)[self._name] = own  # as a plain value, so that the object can be pickled


class frozen_property(Generic[_T]):  # noqa: N801  (used as `property` and `cached_property` are)
    """A property that is worked out once, and handed out as the fields of a frozen class are."""

    def __init__(self, work_out: Callable[[Any], _T]) -> None:
        self._work_out = work_out
        self._name = work_out.__name__
        self.__doc__ = work_out.__doc__

    @overload
    def __get__(self, obj: None, owner: type) -> frozen_property[_T]: ...
    @overload
    def __get__(self, obj: object, owner: type) -> _T: ...
    def __get__(self, obj: object | None, owner: type) -> Any:
        if obj is None:
            return self
        known = vars(obj)
        if self._name not in known:
            known[self._name] = self._work_out(obj)
        return _shown(known[self._name])

    def __set__(self, obj: object, value: object) -> NoReturn:
        # With a way to set it, Python asks the property before what the object holds.
        raise AttributeError(f"{self._name} cannot be set.")


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType(value)
    return value.copy() if hasattr(value, "copy") else value
