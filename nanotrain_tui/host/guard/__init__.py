"""The guards: when a training is warned of or paused because of heat or lack of memory."""
