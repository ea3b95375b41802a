"""Analysis layer: data model, readers, projections and lenses. No user interface."""
