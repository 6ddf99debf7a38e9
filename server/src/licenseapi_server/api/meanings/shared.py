"""What fields mean that most objects have, and the parameters of all lists."""

MODE = "`live` or `test`: that of the key that made it."
CREATED_AT = "When it was created."
UPDATED_AT = "When it was last changed."
VERSION = "Rises with every change; send it as `If-Match` so as not to overwrite another's change."
METADATA = (
    "Texts of your own by name: up to 64, together up to 16 KiB of JSON; names without "
    "`[`, `]` and `=`. `{}` is none."
)
SHOWN_METADATA = "The texts of your own, by name."
CHANGED_METADATA = "Replaces all texts of your own; `{}` removes them."
ARCHIVED_AT = "Since when it is archived; null while it is in use."
PAGE_QUERY = {
    "limit": "How many objects a page holds at most.",
    "starting_after": "Go on after this id: the `next_cursor` of the page before.",
    "ending_before": "The page that ends just before this id; not together with `starting_after`.",
    "include": "`total_count` adds the number of all that match, counted up to 10,000.",
    "created_at": (
        "Only what was created then: `created_at[gte]=2026-01-01T00:00:00Z`, also with `gt`, "
        "`lt` and `lte`; two of them make a range."
    ),
}

# A list that is never long.
WHOLE_LIST = {
    "object": "Always `list`.",
    "url": "The path that was asked.",
    "has_more": "Always false: they fit on one page.",
    "next_cursor": "Always null.",
}


def stamps(of: str, kind: str) -> dict[str, str]:
    """The fields with which every stored object begins and ends; `kind` is its `object`."""
    return {
        "id": f"The id of the {of}.",
        "object": f"Always `{kind}`.",
        "mode": MODE,
        "created_at": CREATED_AT,
        "updated_at": UPDATED_AT,
        "version": VERSION,
    }


def metadata_filter(example: str) -> str:
    """How a list is filtered by the vendor's own texts."""
    return (
        f"Only those with this text of your own, compared as a whole: `metadata{example}`; "
        "several must all match."
    )


STRUCTS = {
    "PageQuery": PAGE_QUERY,
    "Page": {
        "object": "Always `list`.",
        "url": "The path that was asked.",
        "has_more": "Whether there may be more objects in this direction.",
        "next_cursor": (
            "Send it as `starting_after` for the next page; null on the last one, and when "
            "paging backward with `ending_before`."
        ),
        "data": (
            "The objects, newest first. A page filtered by `status` may be short, or empty, "
            "and still have more."
        ),
        "total_count": "How many match, at most 10,000; there with `include=total_count`.",
        "total_count_is_exact": "False when more than 10,000 match; there with `total_count`.",
    },
    "Deleted": {
        "id": "The id of what is gone.",
        "object": "What kind of object it was.",
        "deleted": "Always true.",
    },
}
