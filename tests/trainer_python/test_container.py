"""Command lines of containers: what is understood, what is added, and paths there and back."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.trainer_python import container
from nanotrain_tui.trainer_python.command_line import find_call
from nanotrain_tui.trainer_python.container import Folder, complete, find_paths, invocation, mount
from nanotrain_tui.trainer_python.paths import (
    ContainerError,
    Mount,
    PathMap,
    inside_config,
    parse_paths,
)


def words(text):
    return shlex.split(text)


@pytest.mark.parametrize(
    ("command", "image"),
    [
        ("docker run tf python3", "tf"),
        ("docker run --runtime nvidia --rm -it tf python3", "tf"),
        ("docker run --gpus=all -v/a:/b:ro -eA=b tf python3", "tf"),
        ("docker --context far run --rm=false -w /x tf python3", "tf"),
        ("docker container run -itv /a:/b tf python3", "tf"),
        ("sudo -n /usr/bin/docker run -- tf python3", "tf"),
        ("env A=b podman run --network host --userns keep-id tf python3", "tf"),
        ("nice -n 5 nerdctl run --pull never tf python3", "tf"),
        ("docker exec -it -w /x mine python3", "mine"),
        ("apptainer exec --nv -B /a:/b --pwd /x tf.sif python3", "tf.sif"),
        ("singularity run --cleanenv --env A=b tf.sif python3", "tf.sif"),
    ],
)
def test_the_image_is_found_behind_the_options(command, image):
    call = find_call(words(command))
    assert call is not None and call.words[call.image_at] == image


@pytest.mark.parametrize(
    "command",
    ["python3", "/opt/docker/bin/python", "docker compose run tf python3", "ssh board run x"],
)
def test_other_commands_are_left_alone(command):
    assert find_call(words(command)) is None
    assert complete(words(command)) == (words(command), [])
    assert mount(words(command), [Folder("/a")]) == words(command)
    told = invocation(words(command), {"A": "b"}, "name")
    assert told == (words(command), {"A": "b"}, [])
    assert container.brief(words(command)) == command


@pytest.mark.parametrize(
    ("command", "settled"),
    [
        ("docker run tf python3", "docker run -i --rm tf python3"),
        ("docker run -it --rm tf python3", "docker run -i --rm tf python3"),
        ("docker run -t tf python3", "docker run -i --rm tf python3"),
        (
            "docker run --tty --interactive --restart no tf p",
            "docker run --interactive --restart no tf p",
        ),
        ("docker run -tiv /a:/b tf python3", "docker run --rm -iv /a:/b tf python3"),
        ("docker run --tty=false -i --rm tf python3", "docker run --tty=false -i --rm tf python3"),
        ("docker exec mine python3", "docker exec -i mine python3"),
        ("apptainer exec tf.sif python3", "apptainer exec tf.sif python3"),
        (
            "docker run -i --rm --entrypoint python3 tf",
            "docker run -i --rm --entrypoint python3 tf",
        ),
    ],
)
def test_lines_can_be_exchanged(command, settled):
    found, notes = complete(words(command))
    assert found == words(settled)
    assert bool(notes) == (
        " -" in command and found.count("-t") == 0 and "is removed" in "".join(notes)
    )
    assert complete(found) == (found, []), "nothing is added twice"


@pytest.mark.parametrize(
    "command", ["docker run -d tf p", "docker run -dit tf p", "docker run --detach tf p"]
)
def test_a_container_on_its_own_is_refused(command):
    with pytest.raises(ContainerError, match="remove -d"):
        complete(words(command))


@pytest.mark.parametrize("command", ["docker run", "docker run -v /a:/b tf", "docker exec -i mine"])
def test_a_command_without_a_python_is_refused(command):
    with pytest.raises(ContainerError, match="name the Python"):
        complete(words(command))


def test_only_what_is_not_there_is_mounted():
    command = words("docker run -v /data:/d --mount type=bind,src=/m,dst=/n tf p")
    folders = [Folder("/data/mnist"), Folder("/m/x", True), Folder("/a", True), Folder("/b:c,d")]
    found = mount(command, folders)
    assert found[2:6] == [
        "-v",
        "/a:/a",
        "--mount",
        'type=bind,"source=/b:c,d","target=/b:c,d",readonly',
    ]
    assert mount(found, folders) == found
    paths = find_paths(found)
    assert [paths.inside(folder.path) for folder in folders] == ["/d/mnist", "/n/x", "/a", "/b:c,d"]


def test_singularity_binds():
    found = mount(words("singularity exec -B /a,/b:/c:ro tf.sif p"), [Folder("/d"), Folder("/b/x")])
    assert found[2:4] == ["--bind", "/d:/d:ro"]
    assert find_paths(found).mounts[1:] == (Mount("/a", "/a"), Mount("/b", "/c"))


def test_named_volumes_are_no_folders_of_ours():
    assert find_paths(words("docker run -v cache:/in/.cache -v /only tf p")).mounts == ()


def test_a_running_container_must_be_told():
    command = words("docker exec -i mine python3")
    with pytest.raises(ContainerError, match="no known path for /a") as caught:
        mount(command, [Folder("/a")])
    assert caught.value.key == "trainer.paths"
    assert mount(command, [Folder("/a", needed=False)]) == command
    assert mount(command, [Folder("/a/b")], "/a:/there") == command


def test_variables_go_in_unless_they_are_there():
    told = invocation(
        words("sudo docker run -e A=mine --env=B tf p"), {"A": "1", "B": "2", "C": "3"}, "n"
    )
    assert told.command == words("sudo docker run -e C=3 --name n -e A=mine --env=B tf p")
    assert told.env == {} and told.kill == words("sudo docker kill n")
    named = invocation(words("docker run --name own tf p"), {}, "n")
    assert named.command == words("docker run --name own tf p") and named.kill[-1] == "own"
    assert invocation(words("docker exec mine p"), {"A": "1"}, "n").kill == []
    outside = invocation(words("apptainer exec tf.sif p"), {"A": "1"})
    assert outside.env == {"SINGULARITYENV_A": "1", "APPTAINERENV_A": "1"}


@pytest.mark.parametrize("told", ["/a", "a:/b", "/a:b", ":", "/a:/b x"])
def test_paths_that_are_none_are_refused(told):
    with pytest.raises(ContainerError, match="is not /here:/there") as caught:
        parse_paths(told)
    assert caught.value.key == "trainer.paths"


def test_paths_are_told_as_text_or_list():
    both = [Mount("/a b", "/c"), Mount("/d", "/e")]
    assert parse_paths("'/a b:/c' /d/:/e/") == parse_paths(["/a b:/c", "/d:/e"]) == both
    assert parse_paths("") == parse_paths(None) == []


def test_the_longest_mount_counts():
    paths = PathMap([Mount("/", "/host"), Mount("/data", "/d"), Mount("/data/mnist", "/m")])
    assert paths.inside("/data/mnist/x") == "/m/x"
    assert paths.inside("/database") == "/host/database"
    assert paths.inside("/data") == "/d"
    assert PathMap([Mount("/srv/root", "/")]).inside("/srv/root") == "/"


def test_a_link_is_found_by_where_it_leads(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    link, real = str(tmp_path / "link"), str(tmp_path / "real")
    assert PathMap([Mount(real, "/in")]).inside(link + "/x") == "/in/x"
    assert PathMap([Mount(link, "/in")]).inside(real + "/x") == "/in/x"


def test_what_the_trainer_says_is_read_in_our_names():
    paths = PathMap([Mount("/home/me/data", "/data"), Mount("/srv", "/data/more")])
    assert paths.outside("MNIST in /data.") == "MNIST in /home/me/data."
    assert paths.outside("'/data/more/x': no, /data/x") == "'/srv/x': no, /home/me/data/x"
    for text in ("/database", "my/data", "~/data", "/data.old/x", "/dev/data", "https://data/data"):
        assert paths.outside(text) == text
    told = {"source": "/data", "list": ["/data/x", 1, None, b"/data"], "/data": 0.5}
    assert paths.outside(told) == {
        "source": "/home/me/data", "list": ["/home/me/data/x", 1, None, b"/data"], "/data": 0.5
    }  # fmt: skip
    root = PathMap([Mount("/srv/root", "/")])
    assert root.outside("no /etc/x, and/or 3/4 at https://x/y") == (
        "no /srv/root/etc/x, and/or 3/4 at https://x/y"
    )


def test_the_places_of_a_configuration():
    paths = PathMap([Mount("/out", "/in")])
    told = {
        "data.dir": "/out/d", "cache_dir": "/other", "checkpoint_dir": "/out", "restore": None,
        "data_dirs": ["/out/a", "/b"], "data.name": "/out",
    }  # fmt: skip
    assert inside_config(told, paths) == {
        "data.dir": "/in/d", "cache_dir": "/other", "checkpoint_dir": "/in", "restore": None,
        "data_dirs": ["/in/a", "/b"], "data.name": "/out",
    }  # fmt: skip


NAMES = st.text("abc", min_size=1, max_size=2)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts))


@given(st.lists(st.tuples(PATHS, NAMES), max_size=4), PATHS)
def test_there_and_back_is_the_same_path(pairs, path):
    """Each mount has a place of its own in the container, beside all others."""
    paths = PathMap([Mount(outside, f"/m{i}{name}") for i, (outside, name) in enumerate(pairs)])
    assert paths.outside(paths.inside(path)) == path
    assert paths.covers(path) == (paths.inside(path) != path)


OPTIONS = st.sampled_from(
    [
        "-i",
        "-t",
        "-it",
        "--rm",
        "-e A=1",
        "-v /a:/b",
        "-v/c:/d",
        "--gpus all",
        "--name=x",
        "--",
        "-ti",
        "-x",
    ]
)


@given(
    st.lists(OPTIONS, max_size=6), st.sampled_from(["docker", "podman", "sudo docker", "apptainer"])
)
def test_no_command_line_breaks_it_and_the_program_stays(options, engine):
    command = words(f"{engine} run {' '.join(options)} tf python3 -t -d")
    found, _ = complete(command)
    found = mount(found, [Folder("/needed"), Folder("/a/x")])
    told = invocation(found, {"A": "2"}, "name").command
    assert complete(found) == (found, [])
    assert find_paths(told).covers("/needed") and find_paths(told).covers("/a/x")
    if "-x" not in options:  # which takes a value, whatever comes next
        assert told[-4:] == ["tf", "python3", "-t", "-d"]


def test_the_files_of_a_persons_data_are_named_as_the_container_names_them():
    paths = PathMap([Mount("/home/me", "/data")])
    table = {"data.path": "/home/me/a.csv", "data.test_path": "/home/me/b.csv", "cache_dir": ""}
    inside = {"data.path": "/data/a.csv", "data.test_path": "/data/b.csv", "cache_dir": ""}
    assert inside_config(table, paths) == inside
    named = {"data.path": "/home/me/a.npz", "data.x": "/home/me/x", "data.function": ""}
    assert inside_config(named, paths) == {**named, "data.path": "/data/a.npz"}
    function = {"data.path": "", "data.function": "/home/me/loader.py:load"}
    assert inside_config(function, paths)["data.function"] == "/data/loader.py:load"
