"""What the section `emergence` of config.yaml may hold, a module for each part; ``whole`` puts them together.

A stage imports the module of its part alone, so that an edit of another part does not rerun it.
"""
