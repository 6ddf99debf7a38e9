"""Every kind of job that this version knows."""

from licenseapi_server.jobs import tidying

KINDS = (tidying.KIND,)
