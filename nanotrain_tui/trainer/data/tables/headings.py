"""The names of columns."""

from collections import Counter
from typing import List, Sequence, Set

NAMELESS = "column "  # and its number: the name of a column with an empty heading


def distinct_names(cells: Sequence[str]) -> List[str]:
    """The name of each column for the cells of a heading: distinct, and never empty."""
    names = [
        " ".join(cell.split()) or NAMELESS + str(number) for number, cell in enumerate(cells, 1)
    ]
    taken: Set[str] = set(names)
    times: "Counter[str]" = Counter()
    for place, name in enumerate(names):
        while times[name]:  # as pandas names it: a number that no other column has
            again = "{}.{}".format(name, times[name])
            times[name] += 1
            if again not in taken:
                taken.add(again)
                names[place] = again
                break
        else:
            times[name] = 1
    return names
