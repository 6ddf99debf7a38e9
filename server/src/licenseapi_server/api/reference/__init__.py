"""The pages at /docs: plain HTML from the OpenAPI document. No script, nothing from elsewhere."""
