"""licenses.validate: by key, by id and by token."""

from harness.cast import Vendor
from harness.server import Server


def test_valid_license_is_valid_by_key_by_id_and_by_token(acme: Vendor, server: Server) -> None:
    by_key = acme.api.make("/v1/licenses/validate", key=acme.key)
    by_id = acme.api.make(f"/v1/licenses/{acme.license['id']}/validate")
    token = acme.api.make("/v1/tokens", license_key=acme.key)["access_token"]
    by_token = server.client(token).get("/v1/licenses/validate").json()

    for answer in (by_key, by_id, by_token):
        assert (answer["object"], answer["valid"], answer["code"]) == ("validation", True, "VALID")
        assert answer["license"]["id"] == acme.license["id"]
