"""How figures look, printed and live."""
