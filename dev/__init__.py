"""The local world: every server, demo and test convenience. Nothing in the product imports it."""
