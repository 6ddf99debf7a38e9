"""The dashboard's pages."""

from django.urls import path

from licenseapi_server.dashboard import views

urlpatterns = [path("", views.status_page, name="status")]
