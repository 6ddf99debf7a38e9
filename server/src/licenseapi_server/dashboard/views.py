"""Pages. A view gathers what its template shows; rules live in the domain."""

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from licenseapi_server.accounts.models import Account


@require_safe
def status_page(request: HttpRequest) -> HttpResponse:
    """Say that the server runs, and where to go from here."""
    try:
        has_account = Account.objects.exists()
    except DatabaseError:
        text = "The database does not answer. Try again in a moment.\n"
        return HttpResponse(text, "text/plain", 503, headers={"Retry-After": "1"})
    # Neither version nor database: a stranger would know which flaws to try.
    return render(request, "dashboard/status.html", {"has_account": has_account})
