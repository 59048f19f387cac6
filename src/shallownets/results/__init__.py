"""Results as files: artefacts and their seals, archives and their check."""
