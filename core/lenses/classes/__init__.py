"""How well labeled classes separate."""
