"""How well labelled classes separate."""
