"""Command lines of the study, one a module: each reads files, calls the study and writes files."""
