"""Shapes of what people send, one module per noun; the rules are in the services."""
