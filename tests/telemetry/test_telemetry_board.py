from pathlib import Path

import pytest

from nanotrain_tui.telemetry import board
from nanotrain_tui.telemetry.board import BoardInfo, SwapArea, describe_board
from nanotrain_tui.telemetry.clocks import ClockRange
from nanotrain_tui.telemetry.logind import logind_kills_user_processes

NOTHING = BoardInfo(False, None, None, None, None, {}, ClockRange(), ClockRange(), [])


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def nvpmodel(root: Path, script: str) -> None:
    write(root, {"usr/sbin/nvpmodel": "#!/bin/sh\n" + script})
    (root / "usr/sbin/nvpmodel").chmod(0o755)


def test_a_nano(tmp_path: Path) -> None:
    write(tmp_path, {
        "proc/device-tree/model": "NVIDIA Jetson Nano Developer Kit\0",
        "proc/device-tree/compatible": "nvidia,p3450-0000\0nvidia,tegra210\0",
        "etc/nv_tegra_release": "# R32 (release), REVISION: 7.1, GCID: 1, BOARD: t210ref",
        "proc/swaps": "Filename Type Size Used Priority\n/dev/zram0 partition 507392 1024 5\n"
                      "/mnt/swap\\040file file 4194300 0 -2\nodd\n"
                      "/a file x 0 5\n/b file 9999 x 5\n/c fi",
    })  # fmt: skip
    modes = "# < POWER_MODEL ID=9 NAME=OLD >\n< POWER_MODEL ID=0 NAME=MAXN >\nCPU_ONLINE CORE_1 1\n"
    write(tmp_path, {"etc/nvpmodel.conf": modes + "< POWER_MODEL ID=1 NAME=5W >\n"})
    nvpmodel(tmp_path, '[ "$1" = -q ] && echo "NV Fan Mode:quiet\nNV Power Mode: MAXN\n0"')
    assert describe_board(str(tmp_path)) == BoardInfo(
        True,
        "NVIDIA Jetson Nano Developer Kit",
        "32.7.1",
        "MAXN",
        0,
        {0: "MAXN", 1: "5W"},
        ClockRange(),
        ClockRange(),
        [SwapArea("/dev/zram0", "zram", 495, 1), SwapArea("/mnt/swap\\040file", "file", 4095, 0)],
    )


def test_a_machine_that_tells_nothing(tmp_path: Path) -> None:
    assert describe_board(str(tmp_path)) == NOTHING
    write(
        tmp_path, {"etc/nv_tegra_release": "\0odd", "proc/swaps": "", "proc/device-tree/model": ""}
    )
    nvpmodel(tmp_path, "exit 1")
    assert describe_board(str(tmp_path)) == NOTHING._replace(is_jetson=True)


def test_nvpmodel_is_not_waited_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "_NVPMODEL_TIMEOUT_S", 0.01)
    nvpmodel(tmp_path, "exec sleep 1000")
    assert describe_board(str(tmp_path)).power_mode is None


def test_nvpmodel_that_is_broken(tmp_path: Path) -> None:
    write(tmp_path, {"usr/sbin/nvpmodel": "\x7fELF"})
    (tmp_path / "usr/sbin/nvpmodel").chmod(0o755)
    assert describe_board(str(tmp_path)).power_mode is None


def test_the_mode_of_an_nvpmodel_that_does_not_answer(tmp_path: Path) -> None:
    write(tmp_path, {
        "etc/nvpmodel.conf": "< POWER_MODEL ID=8 NAME=MODE_20W_6CORE >\n",
        "var/lib/nvpmodel/status": "pmode:0008 fmode:quiet",
    })  # fmt: skip
    info = describe_board(str(tmp_path))
    assert (info.power_mode, info.power_mode_id) == ("MODE_20W_6CORE", 8)


@pytest.mark.parametrize(
    ("status", "mode"), [(None, ("15W", 2)), ("", (None, None)), ("pmode:0000", ("MAXN", 0))]
)
def test_a_board_whose_mode_was_never_set_has_the_default(
    tmp_path: Path, status: str | None, mode: tuple[str | None, int | None]
) -> None:
    modes = "< POWER_MODEL ID=0 NAME=MAXN >\n< POWER_MODEL ID=2 NAME=15W >\n"
    defaults = "# < PM_CONFIG DEFAULT=0 >\n< PM_CONFIG DEFAULT=2 >\n"
    write(tmp_path, {"etc/nvpmodel.conf": modes + defaults})
    if status is not None:
        write(tmp_path, {"var/lib/nvpmodel/status": status})
    info = describe_board(str(tmp_path))
    assert (info.power_mode, info.power_mode_id) == mode


COMMENTED = "[Login]\n#KillUserProcesses={}\n#KillExcludeUsers=root\n"
SET = "[Login]\nKillUserProcesses={}\n"


@pytest.mark.parametrize(
    ("files", "kills"),
    [
        ({}, None),
        ({"etc/systemd/logind.conf": ""}, None),
        ({"etc/systemd/logind.conf": COMMENTED.format("no")}, False),
        ({"usr/lib/systemd/logind.conf": COMMENTED.format("yes")}, True),
        ({"etc/systemd/logind.conf": SET.format("yes")}, True),
        ({"etc/systemd/logind.conf": "[Login]\nKillUserProcesses = On\n"}, True),
        ({"etc/systemd/logind.conf": "[Other]\nKillUserProcesses=yes\n"}, None),
        ({"etc/systemd/logind.conf": SET.format("maybe")}, None),
        # the main file of /etc replaces the shipped one, but not the default it names
        ({"usr/lib/systemd/logind.conf": SET.format("yes"), "etc/systemd/logind.conf": ""}, None),
        ({"usr/lib/systemd/logind.conf": COMMENTED.format("yes"),
          "etc/systemd/logind.conf": ""}, True),
        # a drop-in wins over the main file, and a comment in it says nothing
        ({"etc/systemd/logind.conf": SET.format("yes"),
          "usr/lib/systemd/logind.conf.d/a.conf": SET.format("no")}, False),
        ({"etc/systemd/logind.conf": SET.format("yes"),
          "etc/systemd/logind.conf.d/a.conf": COMMENTED.format("no")}, True),
        # by name, and the namesake in /etc replaces the other
        ({"etc/systemd/logind.conf.d/10.conf": SET.format("yes"),
          "usr/lib/systemd/logind.conf.d/20.conf": SET.format("no")}, False),
        ({"etc/systemd/logind.conf.d/20.conf": "",
          "usr/lib/systemd/logind.conf.d/10.conf": SET.format("yes"),
          "usr/lib/systemd/logind.conf.d/20.conf": SET.format("no"),
          "usr/lib/systemd/logind.conf.d/30.txt": SET.format("no")}, True),
    ],
)  # fmt: skip
def test_logind(tmp_path: Path, files: dict[str, str], kills: bool | None) -> None:
    write(tmp_path, files)
    assert logind_kills_user_processes(str(tmp_path)) is kills


def test_logind_for_one_user(tmp_path: Path) -> None:
    write(tmp_path, {"etc/systemd/logind.conf": SET.format("yes")})
    assert logind_kills_user_processes(str(tmp_path), "ann") is True
    assert logind_kills_user_processes(str(tmp_path), "root") is False
    more = SET.format("yes") + "KillOnlyUsers=bob\nKillExcludeUsers=\n"
    write(tmp_path, {"etc/systemd/logind.conf": more})
    assert logind_kills_user_processes(str(tmp_path), "ann") is False
    assert logind_kills_user_processes(str(tmp_path), "bob") is True
