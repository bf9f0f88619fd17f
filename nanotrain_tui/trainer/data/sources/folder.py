"""A person's own pictures: a folder for each class, in folders for the parts or without them."""

from ..folder.class_folders import TASK, class_folders
from ..folder.layout import TEST_PATH
from ..folder.picture_source import picture_source

SOURCE = picture_source(class_folders, "looking at the pictures", (TEST_PATH, TASK))
