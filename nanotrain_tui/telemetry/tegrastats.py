"""Parses the lines of NVIDIA's ``tegrastats``, for every Jetson from the TK1 to Thor.

A line is a sequence of tokens whose order and number depend on board, release and user. Each token
is parsed by itself; one that is not recognized is kept as text in ``unknown``. A value that a line
does not have is ``None``, never 0. As printed, frequencies are in MHz, loads in percent, memory in
MiB, power in mW and temperatures in degrees Celsius.

A last token that was cut within a number (``VDD_SOC 1405/140`` of 1408) may look complete, so the
caller says whether the line ended in a line feed.

Source: Jetson Linux Developer Guide, "tegrastats Utility", and lines recorded on boards.
"""

import re
from datetime import datetime
from functools import lru_cache
from typing import Any, Callable, Dict, List, Match, NamedTuple, Optional, Tuple, Union

MAX_LINE = 8192  # characters; the longest seen is 700 (AGX Orin)

_CACHED_WORDS = 4096  # half a megabyte at most

_Fields = Dict[str, Any]
Frequency = Union[int, List[int], None]  # a list if each cluster has its own clock


class Core(NamedTuple):
    """One online CPU core."""

    load_percent: int
    freq_mhz: Optional[int]


class Engine(NamedTuple):
    """One hardware block that is powered on."""

    load_percent: Optional[int]
    freq_mhz: Frequency


class Rail(NamedTuple):
    """Power in mW: now, and the mean and (JetPack 7.2) the maximum since tegrastats started."""

    now: int
    avg: int
    max: Optional[int]


class TegrastatsLine(NamedTuple):
    """One sample; ``cpus`` holds ``None`` for a core that is offline."""

    ram_used_mb: int
    ram_total_mb: int
    engines: Dict[str, Union[str, Engine]]  # name without _FREQ; "off" or an Engine
    temperatures_c: Dict[str, Optional[float]]  # None: the block is powered off
    temperatures_max_c: Dict[str, Optional[float]]
    power_mw: Dict[str, Rail]
    unknown: Tuple[str, ...]
    timestamp: Optional[str] = None  # ISO 8601, local, no zone
    swap_used_mb: Optional[int] = None
    swap_total_mb: Optional[int] = None
    swap_cached_mb: Optional[int] = None
    lfb_blocks: Optional[int] = None
    lfb_block_mb: Optional[float] = None
    iram: Optional[Dict[str, int]] = None  # used_kb, total_kb, lfb_kb
    cpus: Optional[List[Optional[Core]]] = None
    gpu_load_percent: Optional[int] = None
    gpu_freq_mhz: Frequency = None
    gpu2_load_percent: Optional[int] = None
    gpu2_freq_mhz: Frequency = None
    emc_load_percent: Optional[int] = None
    emc_freq_mhz: Frequency = None
    mts: Optional[Dict[str, int]] = None  # fg_percent, bg_percent
    edp_limit_mhz: Optional[int] = None

    def to_dict(self) -> Dict[str, Any]:
        """As JSON values: all common keys, and those of the rarer keys that were printed."""
        plain = {key: getattr(self, key) for key in _MAIN}
        plain["cpus"] = self.cpus and [core and dict(core._asdict()) for core in self.cpus]
        plain["power_mw"] = {name: _without_none(rail) for name, rail in self.power_mw.items()}
        for key in _RARE:
            value = getattr(self, key)
            if value not in (None, {}, ()):
                plain[key] = value
        if self.engines:
            plain["engines"] = {
                name: engine if isinstance(engine, str) else _without_none(engine)
                for name, engine in self.engines.items()
            }
        return plain


_MAIN = (
    "timestamp", "ram_used_mb", "ram_total_mb", "swap_used_mb", "swap_total_mb", "lfb_blocks",
    "lfb_block_mb", "gpu_load_percent", "gpu_freq_mhz", "emc_load_percent", "emc_freq_mhz",
    "temperatures_c",
)  # fmt: skip
_RARE = (
    "swap_cached_mb", "iram", "mts", "edp_limit_mhz", "gpu2_load_percent", "gpu2_freq_mhz",
    "temperatures_max_c", "unknown",
)  # fmt: skip


def _without_none(value: Union[Engine, Rail]) -> Dict[str, Any]:
    return {key: item for key, item in value._asdict().items() if item is not None}


def _pattern(text: str) -> Callable[[str], Optional[Match[str]]]:
    text = text.replace("INT", r"\d{1,9}").replace("DEG", r"-?\d{1,4}(?:\.\d{1,6})?")
    return re.compile(text, re.ASCII).fullmatch


_MEMORY = _pattern(r"(INT)/(INT)MB")
_BLOCKS = _pattern(r"(INT)x(INT)(MB|kB)\)")
_CACHED = _pattern(r"(INT)MB\)")
_IRAM = _pattern(r"(INT)/(INT)kB\(lfb (INT)kB\)")
_CORE = _pattern(r"(INT)%(?:@(-1|INT))?")
_CLOCK = _pattern(r"@(?:-1|INT)")
_ENGINE = _pattern(r"(off)|(INT)|(?=[\d@])(?:(INT)%)?(?:@(-1|INT|\[INT(?:,INT)*\]))?")
_TEMPERATURE = _pattern(r"([^@]+)@(DEG)C(?:/(DEG)C)?")
_RAIL = _pattern(r"(INT)/(INT)|(INT)mW/(INT)mW(?:/(INT)mW)?")
_PERCENT = _pattern(r"(INT)%")
_INT = _pattern(r"INT")
_TIME = _pattern(r"(\d\d)-(\d\d)-(\d{4}) (\d\d):(\d\d):(\d\d)")

_TABLES = ("engines", "temperatures_c", "temperatures_max_c", "power_mw")
_LOOKAHEAD = ("", "", "", "")  # so that a reader may index beyond the last word


def parse_line(line: str, whole: bool = True) -> Optional[TegrastatsLine]:
    """Parse one line; never raises.

    Returns ``None`` if the line is no sample: it lacks ``RAM u/tMB``, it is two lines run
    together, or it is longer than ``MAX_LINE``. ``whole`` says that the line ended in a line feed;
    otherwise a clock at its end may lack digits and is ignored.
    """
    if len(line) > MAX_LINE:
        return None
    words = line.split()
    if words.count("RAM") != 1:
        return None
    cut = []
    if not whole and _may_be_cut(words, line):
        cut = [words.pop()]
        load = cut[0].rpartition("@")[0]  # the part before the clock is complete
        words += [load] if load else []
    fields: _Fields = {name: {} for name in _TABLES}
    unknown = []
    at, end = 0, len(words)
    words += _LOOKAHEAD
    while at < end:
        word = words[at]
        reader = _READERS.get(word)
        taken = reader(words, at, fields) if reader else 0
        if not taken and (reader is None or reader is _cpu):  # AGX Xavier has a rail CPU
            value = words[at + 1]
            if "@" in word:
                taken, found = _read("", word)
            elif "/" in value:  # rarely the same again, so not cached
                taken, found = _rail(word, value)
            else:
                taken, found = _read(word, value)
            for table, name, read in found:
                (fields[table] if table else fields)[name] = read
        if not taken:
            unknown.append(word)
        at += taken or 1
    if "ram_used_mb" not in fields:
        return None
    return TegrastatsLine(unknown=tuple(unknown + cut), **fields)


def _may_be_cut(words: List[str], line: str) -> bool:
    """Whether digits may be missing at the end.

    Few lines end in an engine's clock. Those of TX1 and TK1 with L4T 28 and older do: they print
    one clock for all cores.
    """
    if not words[-1][-1].isdigit() or words[-1].endswith("@-1"):
        return False
    if "]@" in line:
        return "]@" in words[-1]
    name = words[-2] if len(words) > 1 else ""
    return name.endswith("_FREQ") or name in _ENGINES


# A reader parses the words from index ``at`` on, stores the values in ``fields`` and returns the
# number of words that it has used, 0 if it does not recognize them.


def _ram(words: List[str], at: int, fields: _Fields) -> int:
    memory = _MEMORY(words[at + 1])
    if memory is None:
        return 0
    fields["ram_used_mb"] = int(memory.group(1))
    fields["ram_total_mb"] = int(memory.group(2))
    blocks = _BLOCKS(words[at + 3]) if words[at + 2] == "(lfb" else None
    if blocks is None:
        return 2
    size = int(blocks.group(2))
    fields["lfb_blocks"] = int(blocks.group(1))
    fields["lfb_block_mb"] = size if blocks.group(3) == "MB" else size / 1024
    return 4


def _swap(words: List[str], at: int, fields: _Fields) -> int:
    memory = _MEMORY(words[at + 1])
    if memory is None:
        return 0
    fields["swap_used_mb"] = int(memory.group(1))
    fields["swap_total_mb"] = int(memory.group(2))
    cached = _CACHED(words[at + 3]) if words[at + 2] == "(cached" else None
    if cached is None:
        return 2
    fields["swap_cached_mb"] = int(cached.group(1))
    return 4


def _iram(words: List[str], at: int, fields: _Fields) -> int:
    memory = _IRAM(words[at + 1] + " " + words[at + 2])
    if memory is None:
        return 0
    used, total, largest = memory.groups()
    fields["iram"] = {"used_kb": int(used), "total_kb": int(total), "lfb_kb": int(largest)}
    return 3


def _cpu(words: List[str], at: int, fields: _Fields) -> int:
    listed, _, shared = words[at + 1].partition("]")
    if listed[:1] != "[" or not _:
        return 0
    if shared and not _CLOCK(shared):
        return 0
    try:
        fields["cpus"] = [_core(text, shared[1:]) for text in listed[1:].split(",")]
    except ValueError:
        return 0
    return 2


@lru_cache(maxsize=_CACHED_WORDS)
def _core(text: str, shared: str) -> Optional[Core]:
    """Parse one core; ``None`` if it is off. Raises ValueError."""
    if text == "off":
        return None
    core = _CORE(text)
    if core is None:
        raise ValueError(text)
    return Core(int(core.group(1)), _frequency(core.group(2) or shared or None))


def _frequency(text: Optional[str]) -> Optional[int]:
    return None if text is None or text == "-1" else int(text)


def _frequencies(text: Optional[str]) -> Frequency:
    if text is not None and text[0] == "[":
        return [int(clock) for clock in text[1:-1].split(",")]
    return _frequency(text)


def _mts(words: List[str], at: int, fields: _Fields) -> int:
    foreground, background = _PERCENT(words[at + 2]), _PERCENT(words[at + 4])
    if words[at + 1] != "fg" or words[at + 3] != "bg" or not foreground or not background:
        return 0
    fields["mts"] = {
        "fg_percent": int(foreground.group(1)),
        "bg_percent": int(background.group(1)),
    }
    return 5


def _edp(words: List[str], at: int, fields: _Fields) -> int:
    if words[at + 1] != "limit" or not _INT(words[at + 2]):
        return 0
    fields["edp_limit_mhz"] = int(words[at + 2])
    return 3


_Found = Tuple[Tuple[str, str, Any], ...]  # table or "" for the line's own field, name, value
_NONE: Tuple[int, _Found] = (0, ())


# The functions below depend only on a name and a value, so their results are cached: a board prints
# the same few hundred pairs again and again. Callers must not change a cached list.


@lru_cache(maxsize=_CACHED_WORDS)
def _read(name: str, value: str) -> Tuple[int, _Found]:
    """The number of words used and the values found; without a name it is a temperature."""
    if not name:
        return _temperature(value)
    if name in _MEASURED:
        return _measured(_MEASURED[name], value)
    is_engine = name.endswith("_FREQ") or name in _ENGINES
    return _engine(name, value) if is_engine else _time(name + " " + value)


def _measured(prefix: str, text: str) -> Tuple[int, _Found]:
    """A block with fields of its own for load and clock: GPU or memory controller."""
    value = _ENGINE(text)
    # a bare number is a load whose percent sign was cut
    if value is None or value.group(1) or value.group(2):
        return _NONE
    load = value.group(3)
    return 2, (
        ("", prefix + "_load_percent", None if load is None else int(load)),
        ("", prefix + "_freq_mhz", _frequencies(value.group(4))),
    )


def _engine(name: str, text: str) -> Tuple[int, _Found]:
    value = _ENGINE(text)
    if value is None:
        return _NONE
    off, bare, load, clock = value.groups()
    engine = off or Engine(None if load is None else int(load), _frequencies(bare or clock))
    return 2, (("engines", name[:-5] if name.endswith("_FREQ") else name, engine),)


def _rail(name: str, text: str) -> Tuple[int, _Found]:
    power = _RAIL(text)
    if power is None or not name.isidentifier():
        return _NONE
    if name == "NC":  # not connected
        return 2, ()
    now, avg, now_mw, avg_mw, max_mw = power.groups()
    highest = None if max_mw is None else int(max_mw)
    return 2, (("power_mw", name, Rail(int(now or now_mw), int(avg or avg_mw), highest)),)


def _temperature(word: str) -> Tuple[int, _Found]:
    zone = _TEMPERATURE(word)
    if zone is None:
        return _NONE
    name, now, highest = zone.groups()
    found: _Found = (("temperatures_c", name, _degrees(now)),)
    if highest is not None:
        found += (("temperatures_max_c", name, _degrees(highest)),)
    return 1, found


def _degrees(text: str) -> Optional[float]:
    value = float(text)
    return None if value == -256 else value  # the block is powered off


def _time(text: str) -> Tuple[int, _Found]:
    parts = _TIME(text)
    if parts is None:
        return _NONE
    month, day, year, hour, minute, second = map(int, parts.groups())
    try:
        moment = datetime(year, month, day, hour, minute, second)
    except ValueError:
        return _NONE
    return 2, (("", "timestamp", moment.isoformat()),)


_READERS: Dict[str, Callable[[List[str], int, _Fields], int]] = {
    "RAM": _ram,
    "SWAP": _swap,
    "IRAM": _iram,
    "CPU": _cpu,
    "cpu": _cpu,
    "MTS": _mts,
    "EDP": _edp,
}
_MEASURED = {"EMC": "emc", "GR3D": "gpu", "GR3D2": "gpu2"}
_MEASURED.update([(name + "_FREQ", prefix) for name, prefix in _MEASURED.items()])
# Engines that may be printed without _FREQ; every name that ends in _FREQ is an engine.
_ENGINES = {"APE", "AVP", "CVNAS", "MSENC", "OFA", "SE", "TSEC", "VDE", "VI", "VIC"}
_ENGINES.update(
    name + number
    for name in ("NVDEC", "NVDLA", "NVENC", "NVJPG", "PVA")
    for number in ("", "0", "1", "2", "3")
)
