"""Mutation testing: small wrong changes to the physics, each of which some test must notice."""
