"""Sealing audit records every few seconds, and writing down hourly where the chains end."""

import logging

from licenseapi_server.domain.instants import HOUR, SECOND
from licenseapi_server.jobs.kinds import JobKind, JobRun
from licenseapi_server.records import sealing

logger = logging.getLogger("licenseapi.audit")


def seal(run: JobRun) -> None:
    """Seal what has been recorded since."""
    sealing.seal_pending(run.deployment)


def log_heads(_run: JobRun) -> None:
    """In the log, which lies elsewhere: a chain that was cut ends before what was logged."""
    for account_id, head in sealing.list_heads().items():
        logger.warning("audit chain %s:%s:%s", account_id, head.number, head.seal)


KIND = JobKind(name="audit_sealing", run=seal, retry_after=(), every=5 * SECOND)
HEADS = JobKind(name="audit_heads", run=log_heads, retry_after=(), every=HOUR)
