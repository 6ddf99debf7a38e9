"""Runs the tidying job as of another day, in a process of its own: Django is set up there."""

import subprocess
import sys

from harness.server import Server

PROGRAM = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "licenseapi_server.django_settings"
import django
django.setup()
from licenseapi_server.deployment import make_deployment
from licenseapi_server.jobs.kinds import JobRun
from licenseapi_server.jobs.tidying import tidy
from licenseapi_server.settings import load_settings
tidy(JobRun(make_deployment(load_settings()), {}, int(sys.argv[1])))
"""


def run_tidying(server: Server, now: int) -> int:
    """Tidy up as if it were `now`; the exit code."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(now)], env=server.environ(), timeout=60, check=False
    ).returncode
