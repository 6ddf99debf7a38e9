"""Every kind of job that this version knows."""

from licenseapi_server.jobs import auditing, leak_reports, portal_links, tidying

KINDS = (
    tidying.KIND,
    portal_links.KIND,
    leak_reports.KIND,
    leak_reports.NOTICE,
    auditing.KIND,
    auditing.HEADS,
)
