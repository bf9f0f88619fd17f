"""The records of a DonkeyCar: pictures of its camera, and how it was steered."""

from typing import Any, Mapping

from ..dataset import Dataset, Progress
from ..folder.layout import PATH
from ..folder.picture_data import CACHE_MB, dataset_of, facts_of
from ..folder.preflight import SKIP
from ..folder.preparation import COLOR, FIT, SIZE
from ..folder.standalone import pictures_from
from ..folder.tub import TARGET, TASK, tub_data
from ..source import Facts, Source

KEYS = (PATH, TARGET, TASK, SIZE, FIT, COLOR, SKIP, CACHE_MB, "data.split", "data.seed")


def inspect(config: Mapping[str, Any]) -> Facts:
    return facts_of(tub_data(config), config)


def load(config: Mapping[str, Any], progress: Progress) -> Dataset:
    progress("looking at the records", 0.0)
    return dataset_of(tub_data(config), config, progress)


SOURCE = Source(inspect, load, keys=KEYS, standalone=pictures_from)
