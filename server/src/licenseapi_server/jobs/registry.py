"""Every kind of job that this version knows."""

from licenseapi_server.jobs import auditing, portal_links, tidying

KINDS = (tidying.KIND, portal_links.KIND, auditing.KIND, auditing.HEADS)
