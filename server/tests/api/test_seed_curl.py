"""The cURL sample of the published page, to the letter."""

import subprocess

from harness.cast import Vendor
from harness.server import Server

# The page shows its line continuations as a literal \n.
SAMPLE = (
    r"curl -X GET \n  https://api.license-api.com/v1/licenses/validate \n  "
    r'-H "Authorization: Bearer YOUR_GENERATED_JWT" \n  -H "Content-Type: application/json"'
)


def test_the_published_curl_line_validates(acme: Vendor, server: Server) -> None:
    token = acme.api.make("/v1/tokens", license_key=acme.key)["access_token"]
    line = SAMPLE.replace("YOUR_GENERATED_JWT", token).replace(r"\n", "\\\n")
    line = line.replace("https://api.license-api.com", server.base_url)

    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)

    assert '"valid":true,"code":"VALID"' in done.stdout
