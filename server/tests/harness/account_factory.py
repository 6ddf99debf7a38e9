"""Creates accounts on request, one JSON object a line: `create-account` without its start-up."""

import json
import os
import sys
import time

os.environ["DJANGO_SETTINGS_MODULE"] = "licenseapi_server.django_settings"

import django

django.setup()

from django.db import transaction
from licenseapi_server.accounts import issuing
from licenseapi_server.accounts.models import Account
from licenseapi_server.deployment import make_deployment
from licenseapi_server.settings import load_settings

deployment = make_deployment(load_settings())
for line in sys.stdin:
    order = json.loads(line)
    now = time.time_ns() // 1000
    email = f"owner-{now}@{order['name'].lower()}.example"
    with transaction.atomic():
        new = issuing.create_account(
            deployment, name=order["name"], email=email, plan=order["plan"], now=now
        )
        if order["columns"]:
            Account.objects.filter(pk=new.account.pk).update(**order["columns"])
    answer = {"account_id": new.account.id, "owner_email": email, **new.secrets}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
