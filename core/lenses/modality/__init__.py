"""How two modalities share one space."""
