"""Is a machine that has no seat one that has, under the fingerprint it had before?"""

from licenseapi_server.api.runtime import seat_sql
from licenseapi_server.api.runtime.seat_rows import SeatRow, component_digests
from licenseapi_server.api.runtime.work import Work
from licenseapi_server.domain.activations import Machine, is_live, recognize
from licenseapi_server.domain.facts import MachineFacts

# What a machine presents no fingerprint of is compared by its components alone.
NO_FINGERPRINT = b""


def recognize_machine(license_id: str, presented: MachineFacts, now: int) -> Work[bool]:
    """Whether its components match one living activation of the license well enough."""
    components = presented.components or frozenset()
    rows: dict[str, SeatRow] = {}
    for digest in sorted(components):
        found = yield (seat_sql.SEATS_BY_COMPONENT, (license_id, digest))
        rows |= {columns[0]: SeatRow(*columns) for columns in found}
    seats = [row.as_seat(component_digests(row.named_components())) for row in rows.values()]
    living = [seat for seat in seats if is_live(seat, presented.rules, now)]
    machine = Machine(fingerprint_digest=NO_FINGERPRINT, components=components)
    return recognize(living, machine, presented.rules) is not None
