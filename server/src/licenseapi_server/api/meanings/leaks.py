"""What the fields of reports of leaked keys mean."""

STRUCTS = {
    "LeakReport": {
        "strings": "What was found, each key as a text of its own; only digests of them are kept.",
    },
    "LeakReported": {"object": "Always `leak_report`; it says nothing else to anybody."},
}
