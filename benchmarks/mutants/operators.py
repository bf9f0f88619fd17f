"""The changes of one node: what a hurried or tired programmer could have written in its place."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Located = ast.stmt | ast.expr

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
_KEY_METHODS = ("get", "pop", "setdefault")


@dataclass(frozen=True)
class Change:
    """``new`` replaces the text of ``node``, in parentheses with ``wrap``.

    ``old`` is the part of the node that changes, where the whole node would say too much.
    """

    node: Located
    new: str
    old: str = ""
    wrap: bool = True


def changes(node: ast.AST, function: str) -> Iterator[Change]:
    """Every change of this node alone; ``function`` is the name of the function around it."""
    for kind, find in _FINDERS:
        if isinstance(node, kind):
            yield from find(node, function)


def _comparison(node: ast.Compare, _function: str) -> Iterator[Change]:
    for position, operator in enumerate(node.ops):
        changed = copy.deepcopy(node)
        changed.ops[position] = _COMPARISONS[type(operator)]()
        yield Change(node, ast.unparse(changed))


def _boolean(node: ast.BoolOp, _function: str) -> Iterator[Change]:
    changed = copy.deepcopy(node)
    changed.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield Change(node, ast.unparse(changed))


def _not(node: ast.UnaryOp, _function: str) -> Iterator[Change]:
    if isinstance(node.op, ast.Not):
        yield Change(node, ast.unparse(node.operand))


def _arithmetic(node: ast.BinOp, _function: str) -> Iterator[Change]:
    other = _ARITHMETIC.get(type(node.op))
    if other is None or _is_text(node.left) or _is_text(node.right):
        return
    changed = copy.deepcopy(node)
    changed.op = other()
    yield Change(node, ast.unparse(changed))


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_text(node.left) or _is_text(node.right)
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (str, bytes))
    return isinstance(node, (ast.JoinedStr, ast.List, ast.Tuple))


def _constant(node: ast.Constant, _function: str) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield Change(node, str(not value), wrap=False)
    elif isinstance(value, int):
        yield Change(node, str(value + 1), wrap=False)
    elif isinstance(value, float):
        yield Change(node, repr(value * 2 if value else 1.0), wrap=False)


def _condition(node: ast.If | ast.IfExp, _function: str) -> Iterator[Change]:
    if not isinstance(node.test, (ast.Compare, ast.UnaryOp)):  # those have a change of their own
        yield _negated(node.test)


def _filter(node: ast.comprehension, _function: str) -> Iterator[Change]:
    for test in node.ifs:
        if not isinstance(test, (ast.Compare, ast.UnaryOp)):
            yield _negated(test)


def _negated(test: ast.expr) -> Change:
    return Change(test, ast.unparse(ast.UnaryOp(ast.Not(), test)))


def _key(node: ast.Subscript, function: str) -> Iterator[Change]:
    if function:  # elsewhere it may be a type
        yield from _other_key(node.slice)


def _call(node: ast.Call, _function: str) -> Iterator[Change]:
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if method in _KEY_METHODS and node.args:
        yield from _other_key(node.args[0])
    if len(node.args) == 2 and _could_be_swapped(*node.args) and _name(node.func) not in _SAME:
        changed = copy.deepcopy(node)
        changed.args.reverse()
        yield Change(node, ast.unparse(changed), wrap=False)


def _could_be_swapped(first: ast.expr, second: ast.expr) -> bool:
    """Whether they have the same form, so that their order could be confused."""
    if _is_text(first) or _is_text(second) or ast.dump(first) == ast.dump(second):
        return False
    names = (ast.Name, ast.Attribute, ast.Subscript)
    return type(first) is type(second) or (isinstance(first, names) and isinstance(second, names))


# The order of their arguments makes no difference.
_SAME = ("max", "min", "samefile", "samestat", "isinstance", "getattr", "cast", "suppress")


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)


def _dictionary(node: ast.Dict, function: str) -> Iterator[Change]:
    for key in node.keys if function else []:
        if key is not None:
            yield from _other_key(key)


def _other_key(node: ast.expr) -> Iterator[Change]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield Change(node, repr(node.value + "_"), wrap=False)


def _statement(node: ast.stmt, function: str) -> Iterator[Change]:
    if isinstance(node, ast.Return):
        if node.value is None:
            yield Change(node, "pass")
        elif not _is_plain(node.value):
            yield Change(node, "return None")
    elif isinstance(node, _REMOVED) or _is_call(node) or (function and _sets(node, function)):
        yield Change(node, "pass")


def _is_plain(node: ast.expr) -> bool:
    """None, or a number or truth value, which has a change of its own."""
    return isinstance(node, ast.Constant) and not isinstance(node.value, (str, bytes))


_REMOVED = (ast.Raise, ast.Break, ast.Continue, ast.Delete, ast.AugAssign)


def _is_call(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, (ast.Call, ast.Await))


def _sets(node: ast.stmt, function: str) -> bool:
    """Whether it stores something in an object, which without it keeps what it had."""
    if not isinstance(node, ast.Assign) or function == "__init__":
        return False
    return all(isinstance(target, (ast.Attribute, ast.Subscript)) for target in node.targets)


_FINDERS: list[
    tuple[type[ast.AST] | tuple[type[ast.AST], ...], Callable[..., Iterator[Change]]]
] = [
    (ast.Compare, _comparison),
    (ast.BoolOp, _boolean),
    (ast.UnaryOp, _not),
    (ast.BinOp, _arithmetic),
    (ast.Constant, _constant),
    ((ast.If, ast.IfExp), _condition),
    (ast.comprehension, _filter),
    (ast.Subscript, _key),
    (ast.Call, _call),
    (ast.Dict, _dictionary),
    (ast.stmt, _statement),
]
