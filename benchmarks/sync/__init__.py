"""Rendered scenes whose contacts are known to the moment, and what is measured on them."""
