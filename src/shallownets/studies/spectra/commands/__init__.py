"""What people type: `python -m shallownets <name>` runs the module of that name in here."""
