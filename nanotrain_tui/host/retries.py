"""How often a trainer that dies is started again."""


class Retries:
    """Counts crashes in a row without progress: none got further than those before."""

    def __init__(self, from_step: int) -> None:
        self._furthest = from_step
        self._crashes = 0

    def allow(self, reached: int, limit: int) -> bool:
        """The trainer died at step ``reached``: whether to try again."""
        if reached > self._furthest:
            self._furthest, self._crashes = reached, 0
        self._crashes += 1
        return self._crashes <= limit
