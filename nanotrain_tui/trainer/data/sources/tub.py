"""The records of a DonkeyCar: pictures of its camera, and how it was steered."""

from ..folder.picture_source import picture_source
from ..folder.tub import TARGET, TASK, tub_data

SOURCE = picture_source(tub_data, "looking at the records", (TARGET, TASK))
