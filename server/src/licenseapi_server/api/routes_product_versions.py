"""The endpoints of a product's versions."""

from licenseapi_server.api.call import Page
from licenseapi_server.api.management import pages, product_versions, products
from licenseapi_server.api.registry import CHANGE, Route

_ALL = "/v1/products/{id}/versions"
_ONE = "/v1/products/{id}/versions/{version}"

PRODUCT_VERSIONS = (
    Route(
        name="product_versions.put",
        method="PUT",
        path=_ONE,
        summary="Say when a version was released",
        description="201 for a version that was not listed, 200 for one that was.",
        handler=product_versions.put,
        scope="products:write",
        body=product_versions.Release,
        answer=product_versions.ProductVersion,
        status=201,
        other_status=200,
        errors=("not_found",),
        example={"released_at": "2026-03-02T09:30:00Z"},
        **CHANGE,
    ),
    Route(
        name="product_versions.list",
        method="GET",
        path=_ALL,
        summary="List the versions of a product",
        handler=product_versions.list_,
        scope="products:read",
        query=pages.PageQuery,
        answer=Page[product_versions.ProductVersion],
        errors=("not_found",),
    ),
    Route(
        name="product_versions.get",
        method="GET",
        path=_ONE,
        summary="Show a version of a product",
        handler=product_versions.get,
        scope="products:read",
        answer=product_versions.ProductVersion,
        errors=("not_found",),
    ),
    Route(
        name="product_versions.delete",
        method="DELETE",
        path=_ONE,
        summary="Forget a version of a product",
        description="A version that is not listed counts as released now.",
        handler=product_versions.delete,
        scope="products:write",
        answer=products.Deleted,
        errors=("not_found",),
        **CHANGE,
    ),
)
