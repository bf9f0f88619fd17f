"""A person's own pictures: a folder for each class, in folders for the parts or without them."""

from typing import Any, Mapping

from ..dataset import Dataset, Progress
from ..folder.class_folders import TASK, class_folders
from ..folder.layout import PATH, TEST_PATH
from ..folder.picture_data import CACHE_MB, dataset_of, facts_of
from ..folder.preflight import SKIP
from ..folder.preparation import COLOR, FIT, SIZE
from ..source import Facts, Source

KEYS = (
    PATH, TEST_PATH, TASK, SIZE, FIT, COLOR, SKIP, CACHE_MB, "data.split", "data.seed",
)  # fmt: skip


def inspect(config: Mapping[str, Any]) -> Facts:
    return facts_of(class_folders(config), config)


def load(config: Mapping[str, Any], progress: Progress) -> Dataset:
    progress("looking at the pictures", 0.0)
    return dataset_of(class_folders(config), config, progress)


SOURCE = Source(inspect, load, keys=KEYS)
