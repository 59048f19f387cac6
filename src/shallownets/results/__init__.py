"""Results as files: artefacts and their seals, and one run at a time."""
