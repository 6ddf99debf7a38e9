"""scripts/setup.sh: which Python and which way to a virtual environment, on any machine.

The script runs in a copy of its own with a PATH of shims: nothing is downloaded, and the
machine stays as it is. A shim stands for what a machine has, working or broken.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "setup.sh"
TOOLS = ("sh", "cat", "cksum", "dirname", "mktemp", "rm", "touch", "id", "env")
# The real one makes environments but has no pip and no ensurepip of its own in these tests.
PYTHON = f"""#!/bin/sh
echo "python $*" >>"$CALLS"
case "$*" in
*sys.version_info*) [ "${{VERSION_IS_OLD:-}}" ] && exit 1; exec "{sys.executable}" "$@" ;;
*ensurepip*) {{ [ "${{HAS_VENV:-}}" ] || [ -e "$STATE/apt" ]; }} && exit 0; exit 1 ;;
"-m venv --without-pip"*) [ "${{HAS_BARE_VENV:-}}" ] && exec "{sys.executable}" "$@"; exit 1 ;;
"-m venv"*) shift 2; exec "{sys.executable}" -m venv --without-pip "$@" ;;
"-m pip"*) [ "${{HAS_OUTER_PIP:-}}" ] && exit 0; exit 1 ;;
-V) echo "Python 3.11.0" ;;
*) exit 1 ;;
esac
"""
UV = f"""#!/bin/sh
echo "uv $*" >>"$CALLS"
case "$1" in venv) exec "{sys.executable}" -m venv --without-pip .venv ;; esac
"""
APT = """#!/bin/sh
echo "apt-get $*" >>"$CALLS"
case "$*" in *install*) : >"$STATE/apt" ;; esac
"""
BROKEN = "#!/bin/sh\necho 'shim: no version is set' >&2\nexit 127\n"


class Machine:
    """A directory with the script, and a PATH on which only what the test put there exists."""

    def __init__(self, root: Path) -> None:
        self.root = root / "repository"
        self.programs = root / "programs"
        self.calls_path = root / "calls"
        self.state = root / "state"
        for folder in (self.root / "scripts", self.root / "requirements", self.programs):
            folder.mkdir(parents=True)
        self.state.mkdir()
        # The machine's own interpreters are not the test's: their paths lead into the shims.
        text = SCRIPT.read_text()
        for folder_name in ("/usr/bin", "/usr/local/bin"):
            text = text.replace(f"{folder_name}/python", f"{root}{folder_name}/python")
        (self.root / "scripts/setup.sh").write_text(text)
        for name in ("requirements/server.lock", "requirements/test.lock", "pyproject.toml"):
            (self.root / name).write_text(f"# {name}\n")
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found is not None, tool
            (self.programs / tool).symlink_to(found)

    def put(self, name: str, text: str) -> Path:
        """Install a program; a path is taken as one below the test's root directory."""
        path = self.root.parent / name.lstrip("/") if "/" in name else self.programs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return path

    def be(self, user_id: int) -> None:
        """Answer `id -u` so."""
        self.put("id", f"#!/bin/sh\necho {user_id}\n")

    def run(self, goal: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run the script to its end."""
        settings = {
            "PATH": str(self.programs),
            "HOME": str(self.root),
            "CALLS": str(self.calls_path),
            "STATE": str(self.state),
            "TMPDIR": str(self.state),
        }
        return subprocess.run(
            [str(self.programs / "sh"), "scripts/setup.sh", goal],
            cwd=self.root,
            env={**settings, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def plan(self, **environment: str) -> list[str]:
        """The Python and the way that would be taken."""
        done = self.run("plan", **environment)
        assert done.returncode == 0, done.stderr
        python, way = done.stdout.split()
        return [Path(python).name, way]

    def calls(self) -> list[str]:
        """What has been called, and forget it."""
        text = self.calls_path.read_text() if self.calls_path.exists() else ""
        self.calls_path.unlink(missing_ok=True)
        return text.splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with a Python that can do nothing, for a user who is not root."""
    made = Machine(tmp_path)
    made.put("python3", PYTHON)
    made.be(1000)
    return made


def test_a_complete_python_makes_its_own_environment(machine: Machine) -> None:
    machine.put("uv", UV)
    machine.put("apt-get", APT)

    everything = {"HAS_VENV": "1", "HAS_BARE_VENV": "1", "HAS_OUTER_PIP": "1"}

    assert machine.plan(**everything) == ["python3", "venv"]


def test_a_python_without_ensurepip_is_filled_by_the_outer_pip(machine: Machine) -> None:
    machine.put("uv", UV)

    assert machine.plan(HAS_BARE_VENV="1", HAS_OUTER_PIP="1") == ["python3", "outer-pip"]
    # Each half alone is no way: the rung is tried, not guessed.
    assert machine.plan(HAS_BARE_VENV="1") == ["python3", "uv"]
    assert machine.plan(HAS_OUTER_PIP="1") == ["python3", "uv"]


def test_uv_comes_before_changing_the_machine(machine: Machine) -> None:
    machine.put("uv", UV)
    machine.put("apt-get", APT)
    machine.be(0)

    assert machine.plan() == ["python3", "uv"]


def test_only_root_installs_a_package_of_the_machine(machine: Machine) -> None:
    machine.put("apt-get", APT)
    assert machine.plan() == ["python3", "none"]

    machine.be(0)
    assert machine.plan() == ["python3", "apt"]
    (machine.programs / "apt-get").unlink()
    assert machine.plan() == ["python3", "none"]


def test_planning_changes_nothing(machine: Machine) -> None:
    machine.put("apt-get", APT)
    machine.be(0)
    before = sorted(machine.root.rglob("*"))

    machine.plan()
    machine.plan(HAS_BARE_VENV="1", HAS_OUTER_PIP="1")

    assert sorted(machine.root.rglob("*")) == before
    assert list(machine.state.iterdir()) == []
    assert not [call for call in machine.calls() if call.startswith("apt-get")]


@pytest.mark.parametrize("shim", [BROKEN, PYTHON.replace("${VERSION_IS_OLD:-}", "old")])
def test_a_shim_that_fails_or_is_too_old_is_passed_over(machine: Machine, shim: str) -> None:
    """A version manager puts such shims first on the PATH."""
    for name in ("python3", "python3.13", "python3.12"):
        machine.put(name, shim)
    machine.put("python3.11", PYTHON)

    assert machine.plan(HAS_VENV="1") == ["python3.11", "venv"]


def test_a_python_off_the_path_is_found_behind_broken_shims(machine: Machine) -> None:
    machine.put("python3", BROKEN)
    path = machine.put("/usr/bin/python3", PYTHON)

    done = machine.run("plan", HAS_VENV="1")

    assert done.stdout.split() == [str(path), "venv"]


def test_the_python_that_the_user_names_comes_first(machine: Machine) -> None:
    machine.put("my-python", PYTHON)

    assert machine.plan(HAS_VENV="1", PYTHON="my-python") == ["my-python", "venv"]
    assert machine.plan(HAS_VENV="1", PYTHON="no-such-python") == ["python3", "venv"]


def test_without_any_python_one_sentence_names_the_command(machine: Machine) -> None:
    machine.put("python3", BROKEN)

    for goal in ("plan", "server", "test"):
        done = machine.run(goal)
        assert (done.returncode, done.stdout) == (1, "")
        (line,) = done.stderr.splitlines()
        assert "Python 3.11 or newer" in line
        assert line.endswith("Type: apt-get install python3 python3-venv")
    assert not (machine.root / ".venv").exists()


def test_without_any_way_one_sentence_names_the_command(machine: Machine) -> None:
    for goal in ("server", "test"):
        done = machine.run(goal)
        assert (done.returncode, done.stdout) == (1, "")
        (line,) = done.stderr.splitlines()
        assert line.endswith("Type: sudo apt-get install python3-venv")
    assert not (machine.root / ".venv").exists()


OUTER_PIP = "python -m pip --python .venv/bin/python install --disable-pip-version-check --quiet"
UV_PIP = "uv pip install --python .venv/bin/python"
LOCKED = "--require-hashes -r requirements/server.lock"
OURSELVES = "--no-deps --no-build-isolation -e ."
RUNG_CALLS = {
    "outer-pip": (
        {"HAS_BARE_VENV": "1", "HAS_OUTER_PIP": "1"},
        [
            "python -m venv --without-pip .venv",
            f"{OUTER_PIP} --progress-bar off {LOCKED}",
            f"{OUTER_PIP} {OURSELVES}",
        ],
    ),
    "uv": (
        {},
        [
            "uv venv --quiet --python {python} .venv",
            f"{UV_PIP} {LOCKED}",
            f"{UV_PIP} --quiet {OURSELVES}",
        ],
    ),
}


@pytest.mark.parametrize("rung", RUNG_CALLS)
def test_a_rung_installs_the_locked_packages_once(machine: Machine, rung: str) -> None:
    environment, expected = RUNG_CALLS[rung]
    if rung == "uv":
        machine.put("uv", UV)
    python = str(machine.programs / "python3")

    done = machine.run("server", **environment)

    assert done.returncode == 0, done.stderr
    assert "Installed." in done.stderr
    calls = [call for call in machine.calls() if str(machine.state) not in call]
    made = [call for call in calls if call.split()[1] in {"venv", "pip", "-m"}]
    assert made == [call.format(python=python) for call in expected]
    assert (machine.root / ".venv/bin/python").exists()
    again = machine.run("server", **environment)
    assert (again.returncode, again.stderr) == (0, "")
    assert [call for call in machine.calls() if "venv" in call or "pip" in call] == []


def test_a_changed_lock_is_installed_into_the_environment_that_is_there(machine: Machine) -> None:
    environment, expected = RUNG_CALLS["outer-pip"]
    assert machine.run("server", **environment).returncode == 0
    kept = machine.root / ".venv/kept"
    kept.write_text("")
    (machine.root / "requirements/server.lock").write_text("# newer\n")
    machine.calls()

    assert machine.run("server", **environment).returncode == 0

    assert expected[1] in machine.calls()
    assert kept.exists()


def test_root_gets_debians_package_without_a_question(machine: Machine) -> None:
    """Its Python then has ensurepip, with whose pip the script goes on."""
    machine.put("apt-get", APT)
    machine.be(0)

    done = machine.run("server")

    calls = machine.calls()
    installs = [call for call in calls if call.startswith("apt-get")]
    assert installs == ["apt-get -qq update", "apt-get -qq install -y python3-venv"]
    assert calls.index("python -m venv .venv") > calls.index(installs[1])
    # The shim's environment has no pip: the script stops there and leaves no stamp.
    assert done.returncode != 0
    assert not (machine.root / ".venv/installed-server").exists()


def test_planning_on_this_machine_finds_a_way_and_cleans_up(tmp_path: Path) -> None:
    """The real script on the real PATH, planning only."""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        ["sh", str(SCRIPT), "plan"], env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    python, way = done.stdout.split()
    assert Path(python).exists()
    # These tests run in an environment that the script has made.
    assert way in {"venv", "outer-pip", "uv", "apt"}
    assert list(tmp_path.iterdir()) == []
