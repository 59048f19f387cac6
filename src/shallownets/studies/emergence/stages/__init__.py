"""From parameters to tables: one module a stage."""
