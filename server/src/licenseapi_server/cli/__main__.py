"""`python -m licenseapi_server.cli` is `licenseapi-server`."""

import sys

from licenseapi_server.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
