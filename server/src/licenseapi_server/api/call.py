"""What a handler receives and gives back. A handler never sees a header."""

from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from licenseapi_server.api.principal import Principal
from licenseapi_server.deployment import Deployment
from licenseapi_server.domain.billing import Provider
from licenseapi_server.domain.billing_signatures import Claim
from licenseapi_server.domain.ids import make_id
from licenseapi_server.domain.tokens import Token
from licenseapi_server.entropy import id_entropy

Body_co = TypeVar("Body_co", covariant=True)
Query_co = TypeVar("Query_co", covariant=True)
Item = TypeVar("Item")


class Call(msgspec.Struct, Generic[Body_co, Query_co]):
    """One authorized request: who, on what, when."""

    principal: Principal
    deployment: Deployment
    now: int
    ids: tuple[str, ...]
    body: Body_co
    query: Query_co
    expected_version: int | None = None
    # What the runtime store already loaded with the credential: see api/runtime.
    subject: Any = None
    store: Any = None
    key_ring: Any = None
    path: str = ""
    address: str = ""
    seat: tuple[Any, ...] | None = None
    lease: tuple[Any, ...] | None = None
    # When the version presented was released; None when its product does not list it.
    released_at: int | None = None
    user: tuple[Any, ...] | None = None
    # The activation that was seen to live, when that is worth a write.
    seen_seat: str = ""
    # Whether the license key presented has been rolled away; `subject` is None then.
    is_key_replaced: bool = False
    # The license that a refusal concerns where `subject` is not it: see runtime/denials.
    denied_license: Any = None
    # Takes a request of the plan, for a route that itself decides whether it counts.
    count: Any = None
    request_id: str = ""
    # What the route has made ready before the transaction: see Route.prepare.
    prepared: Any = None

    @property
    def id(self) -> str:
        """The last id in the path."""
        return self.ids[-1]

    def make_id(self, prefix: str) -> str:
        """A new id, ordered by this call's time."""
        return make_id(prefix, self.now, id_entropy.take())


class SignedBody(msgspec.Struct, frozen=True):
    """A body as it came, and what its sender claims to have signed."""

    provider: Provider
    claim: Claim
    content: bytes


class Asked(msgspec.Struct):
    """What is known of a request before its caller is: enough to tell which license it is about."""

    body: Any
    query: Any
    ids: tuple[str, ...]
    token: Token | None
    deployment: Deployment


AnyCall: TypeAlias = "Call[Any, Any]"


class Answer(msgspec.Struct):
    """A body and what else the dispatcher needs to send it."""

    body: Any
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    # For the request log: which license the call was about, and the verdict's code.
    license_id: str = ""
    code: str = ""
    # Whether the code is that of a license which may not be used.
    is_denial: bool = False


class NoQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An operation without query parameters."""


class NoBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An operation without a body."""


class Page(msgspec.Struct, Generic[Item], kw_only=True, omit_defaults=False):
    """One page of a list, newest first.

    `next_cursor` is what to send as `starting_after`: on a filtered list it may lie
    beyond the last item, when the server stopped looking before the page was full.
    """

    object: str = "list"
    url: str
    has_more: bool
    next_cursor: str | None = None
    data: list[Item]
    total_count: int | msgspec.UnsetType = msgspec.UNSET
    total_count_is_exact: bool | msgspec.UnsetType = msgspec.UNSET
