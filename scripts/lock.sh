#!/bin/sh
# Pins requirements/*.in: exact versions and hashes, and no addresses.
set -eu
cd "$(dirname "$0")/.."
.venv/bin/python -m pip install --quiet uv
for name in server test; do
    .venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
        --no-header --no-emit-index-url --no-annotate \
        "requirements/$name.in" -o "requirements/$name.lock"
done
