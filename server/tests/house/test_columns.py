"""What Django writes, the runtime's own statements read: every column, at its edges."""

import json
import subprocess
import sys
from pathlib import Path

from harness.cast import make_vendor
from harness.server import Server
from licenseapi_server.api.runtime.rows import KeyRow, LicenseRow, PolicyRow

WRITER = Path(__file__).with_name("column_writer.py")
COMPUTED = 3


def test_every_column_comes_back_as_it_was_written(server: Server) -> None:
    acme = make_vendor(server)
    customer = acme.api.make("/v1/customers", name="Jo")
    done = subprocess.run(
        [sys.executable, str(WRITER)],
        input=json.dumps({"license_id": acme.license["id"], "customer_id": customer["id"]}),
        env=server.environ(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    fields = [
        *KeyRow.__struct_fields__,
        *LicenseRow.__struct_fields__,
        *PolicyRow.__struct_fields__,
    ]
    assert json.loads(done.stdout) == {"compared": len(fields) - COMPUTED, "differing": {}}
