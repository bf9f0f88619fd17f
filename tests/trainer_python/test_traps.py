"""The known traps of TensorFlow's installations: kept from striking, mended, or explained."""

import signal

import pytest

from nanotrain_tui.follow.log_text import LONGEST, one_line
from nanotrain_tui.trainer_python import crash, gpu, preload
from nanotrain_tui.trainer_python.environment import cuda_paths, has_nvidia, variables

DYNAMIC = (
    "2024-01-01 00:00:00.0: W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could "
    "not load dynamic library '{0}'; dlerror: {0}: cannot open shared object file: No such file\n"
)
CANNOT = "W gpu_device.cc:1850] Cannot dlopen some GPU libraries. Please make sure"
LATE = "ImportError: {}: cannot allocate memory in static TLS block"
GOMP = "/usr/lib/aarch64-linux-gnu/libgomp.so.1"
SKLEARN = "/home/me/x/scikit_learn.libs/libgomp-d22c30c5.so.1.0.0"


def test_what_every_trainer_is_told(tmp_path):
    environment = variables({"LANG": "C.UTF-8"}, str(tmp_path), "x86_64")
    assert environment == {"PYTHONUNBUFFERED": "1", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}
    nano = variables({"LANG": "C.UTF-8"}, str(tmp_path), "aarch64")
    assert nano == {**environment, "OPENBLAS_CORETYPE": "ARMV8"}
    mine = {"OPENBLAS_CORETYPE": "CORTEXA57", "TF_FORCE_GPU_ALLOW_GROWTH": "false", "LANG": "utf8"}
    assert {**mine, **variables(mine, str(tmp_path), "aarch64")} == {
        **mine,
        "PYTHONUNBUFFERED": "1",
    }


def test_a_locale_that_knows_only_ascii_is_not_handed_on(tmp_path):
    for locale in ({}, {"LANG": "C"}, {"LANG": "C.UTF-8", "LC_ALL": "POSIX"}):
        assert variables(locale, str(tmp_path))["LC_ALL"] == "C.UTF-8"
    for locale in ({"LANG": "de_DE.UTF-8"}, {"LC_ALL": "C.utf8"}):
        assert "LC_ALL" not in variables(locale, str(tmp_path))


def test_with_a_gpu_the_log_tells_what_is_missing(tmp_path):
    assert not has_nvidia(str(tmp_path))
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/nvhost-gpu").touch()
    assert has_nvidia(str(tmp_path))
    assert variables({}, str(tmp_path))["TF_CPP_MIN_LOG_LEVEL"] == "1"
    assert variables({"TF_CPP_MIN_LOG_LEVEL": "3"}, str(tmp_path))["TF_CPP_MIN_LOG_LEVEL"] == "3"


def test_cuda_is_found_without_bashrc(tmp_path):
    root = str(tmp_path)
    assert cuda_paths({"PATH": "/bin"}, root, "aarch64") == {}
    for folder in ("usr/local/cuda/lib64", "usr/local/cuda/bin", "usr/lib/aarch64-linux-gnu/tegra"):
        (tmp_path / folder).mkdir(parents=True)
    libraries = f"{root}/usr/local/cuda/lib64:{root}/usr/lib/aarch64-linux-gnu/tegra"
    programs = f"/bin:{root}/usr/local/cuda/bin"
    found = cuda_paths({"PATH": "/bin"}, root, "aarch64")
    assert found == {"PATH": programs, "LD_LIBRARY_PATH": libraries}
    mine = {"PATH": "/bin", "LD_LIBRARY_PATH": "/mine"}
    assert cuda_paths(mine, root, "aarch64")["LD_LIBRARY_PATH"] == f"/mine:{libraries}"
    set_up = {"PATH": "/usr/local/cuda-10.2/bin", "LD_LIBRARY_PATH": "/usr/local/cuda-10.2/lib64"}
    assert cuda_paths(set_up, root, "aarch64") == {}
    assert cuda_paths({"PATH": "/bin"}, root, "x86_64") == {"PATH": programs}


TRAPS = [
    (-signal.SIGILL, "", "OPENBLAS_CORETYPE=ARMV8"),
    (132, "Illegal instruction (core dumped)", "OPENBLAS_CORETYPE=ARMV8"),
    (-signal.SIGBUS, "", "/dev/shm"),
    (-signal.SIGSEGV, "", "CUDA or cuDNN of another JetPack"),
    (137, "Killed", "out-of-memory killer"),
    (1, "ModuleNotFoundError: No module named 'tensorflow'", "--python"),
    (1, "ImportError: No module named tensorflow", "--python"),
    (1, "ModuleNotFoundError: No module named 'numpy'", "no numpy"),
    (1, LATE.format(GOMP), f"LD_PRELOAD={GOMP} "),
    (1, LATE.format(SKLEARN), f"LD_PRELOAD={SKLEARN} "),
    (1, "A module that was compiled using NumPy 1.x cannot be run in\nNumPy 2.0.1", "numpy<2"),
    (1, "AttributeError: _ARRAY_API not found", "numpy<2"),
    (1, "AttributeError: module 'numpy' has no attribute 'object'.", "numpy<1.24"),
    (1, "ImportError: numpy.core.multiarray failed to import", "do not fit together"),
    (1, "ImportError: numpy.core.umath failed to import", "do not fit together"),
    (
        1,
        "ValueError: numpy.ndarray size changed, may indicate binary incompatibility. Expected 96",
        "do not fit together",
    ),
    (1, "TypeError: Descriptors cannot not be created directly.", "protobuf<3.21"),
    (1, "TypeError: Descriptors cannot be created directly.", "protobuf<3.21"),
    (1, "VersionError: Detected incompatible Protobuf Gencode/Runtime versions", "too old"),
    (
        1,
        "ImportError: /lib/aarch64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.26' not found "
        "(required by x.so)",
        "GLIBCXX_3.4.26",
    ),
    (
        1,
        "ImportError: libcublas.so.10: cannot open shared object file: No such",
        "libcublas.so.10 is missing",
    ),
    (1, "OSError(libcublas.so.12: cannot open shared object file", ": libcublas.so.12 is missing"),
    (
        134,
        "The TensorFlow library was compiled to use AVX instructions, but these aren't available",
        "AVX",
    ),
    (1, "tensorflow.python.framework.errors_impl.ResourceExhaustedError: OOM", "GPU's memory"),
    (1, "OSError: [Errno 12] Cannot allocate memory", "memory was not enough"),
    (
        1,
        "docker: permission denied while trying to connect to the Docker daemon socket at unix:///var",
        "usermod -aG docker",
    ),
    (
        126,
        "Got permission denied while trying to connect to the Docker daemon socket at unix:///var",
        "usermod -aG docker",
    ),
    (
        125,
        "docker: Cannot connect to the Docker daemon at unix:///var/run/docker.sock.",
        "systemctl",
    ),
    (
        125,
        "docker: Error response from daemon: Unknown runtime specified nvidia.",
        "no runtime nvidia",
    ),
    (125, "daemon: unknown or invalid runtime name: nvidia", "no runtime nvidia"),
    (
        125,
        'daemon: could not select device driver "" with capabilities: [[gpu]].',
        "nvidia-container-toolkit",
    ),
    (
        125,
        "docker: Error response from daemon: pull access denied for tf, repository",
        "no such image",
    ),
    (
        127,
        'exec: "python4": executable file not found in $PATH: unknown.',
        "no python4 in that container",
    ),
    (1, "Error response from daemon: No such container: mine", "docker ps"),
    (
        125,
        'Conflict. The container name "/mine" is already in use by container "12"',
        "docker rm -f /mine",
    ),
    (1, "the input device is not a TTY", "remove -t"),
    (1, "sudo: a terminal is required to read the password", "group docker"),
    (2, "python3: can't open file '/in/nanotrain_tui/trainer': [Errno 2]", "trainer.paths"),
]


@pytest.mark.parametrize(("status", "words", "cure"), TRAPS)
def test_a_trap_that_struck_is_explained(status, words, cure):
    assert cure in crash.reason(status, f"Traceback:\n{words}\n", None)


def test_without_a_sign_nothing_is_made_up():
    assert crash.hint(1, "ValueError: wrong") == ""
    assert crash.explain("It failed.", 1, "ValueError: wrong") == "It failed."


def test_without_a_sign_the_error_itself_is_told():
    words = "Traceback (most recent call last):\n  File x\nmine.CudaError: odd\nsee https://x\n"
    assert crash.reason(1, words, None) == (
        "the trainer ended with exit status 1: mine.CudaError: odd"
    )
    assert crash.reason(1, "nothing of the kind", None) == "the trainer ended with exit status 1"


TRACE = "Traceback (most recent call last):\n  File 'x', line 1, in <module>\n    f()\n"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (f"{TRACE}KeyError: 'a'\n\nDuring handling of the above, another occurred:\n\n"
         f"{TRACE}zipfile.BadZipFile: no zip\nbye\n", "zipfile.BadZipFile: no zip"),
        (f"{TRACE}Exception: boom\n", "Exception: boom"),
        (f"{TRACE}KeyboardInterrupt\n", "KeyboardInterrupt"),
        ("mine.CudaError: odd\n", "mine.CudaError: odd"),
        ("it said: nothing\n", ""),
        ("\n" * 200_000, ""),
    ],
)  # fmt: skip
def test_the_last_error_is_the_one_it_ended_with(words, error):
    assert crash.last_error(words) == error


def test_a_library_that_tensorflow_does_without_is_no_cause_of_what_came_after():
    words = DYNAMIC.format("libnvinfer.so.7")
    assert crash.hint(1, words) == ""
    ended = crash.reason(1, f"{words}{TRACE}ValueError: bad labels\n", None)
    assert ended == "the trainer ended with exit status 1: ValueError: bad labels"
    assert "libnvinfer" not in crash.reason(-9, words, 1)


def test_what_is_too_long_for_a_line_keeps_what_to_do_at_its_end():
    message = crash.explain("a " + "b" * 5000, 1, LATE.format(GOMP))
    line = one_line(message)
    assert line.startswith("a bbb") and line.endswith(f"LD_PRELOAD={GOMP} in the environment")
    assert len(line) <= LONGEST


@pytest.mark.parametrize(
    ("cuda", "words", "reason"),
    [
        (False, "", "built without CUDA"),
        (
            True,
            DYNAMIC.format("libcudart.so.10.2"),
            "does not find libcudart.so.10.2; if /usr/local",
        ),
        (
            True,
            DYNAMIC.format("libcublas.so.11") + DYNAMIC.format("libcudnn.so.8") + CANNOT,
            "does not find libcublas.so.11 and libcudnn.so.8;",
        ),
        (True, DYNAMIC.format("libcuda.so.1"), "the driver's own; in a container"),
        (True, 2 * DYNAMIC.format("libcudnn.so.8"), "libcudnn.so.8; install cuDNN"),
        (
            True,
            "I tensorflow/tsl/cuda/cudart_stub.cc:28] Could not find cuda drivers on your",
            "--runtime nvidia",
        ),
        (True, CANNOT, "CUDA and cuDNN must be the JetPack's"),
        (
            True,
            "failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device",
            "CUDA does not start",
        ),
        (True, "", "sees no GPU though there is one"),
        (None, "", "sees no GPU though there is one"),
    ],
)
def test_a_gpu_that_is_not_used_is_explained(cuda, words, reason):
    assert reason in gpu.why_unused(cuda, words)


def test_a_gpu_may_be_hidden_on_purpose():
    assert gpu.is_hidden({"CUDA_VISIBLE_DEVICES": "-1"}) and gpu.is_hidden(
        {"CUDA_VISIBLE_DEVICES": ""}
    )
    assert not gpu.is_hidden({}) and not gpu.is_hidden({"CUDA_VISIBLE_DEVICES": "0"})
    assert gpu.uses_gpu([{"kind": "CPU"}, {"kind": "GPU"}])
    assert (
        not gpu.uses_gpu([{"kind": "CPU"}]) and not gpu.uses_gpu(None) and not gpu.uses_gpu(["GPU"])
    )


def test_each_library_comes_first_once():
    """Two libgomp: with one of them there, the other lacks room."""
    first = preload.with_library({"A": "b"}, LATE.format(GOMP), {"LD_PRELOAD": "mine.so"})
    assert first == {"A": "b", "LD_PRELOAD": f"{GOMP}:mine.so"}
    second = preload.with_library(first, LATE.format(SKLEARN), {})
    assert second == {"A": "b", "LD_PRELOAD": f"{SKLEARN}:{GOMP}:mine.so"}
    for words in (LATE.format(GOMP), LATE.format("mine.so"), "ImportError: something else"):
        assert preload.with_library(second, words, {}) is None
    many = {"LD_PRELOAD": ":".join(f"{i}.so" for i in range(preload.MAX_LIBRARIES + 1))}
    assert preload.with_library(many, LATE.format(GOMP), {}) is None
