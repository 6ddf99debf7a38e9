"""Every kind of job that this version knows."""

from licenseapi_server.jobs import portal_links, tidying

KINDS = (tidying.KIND, portal_links.KIND)
