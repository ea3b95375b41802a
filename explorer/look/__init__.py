"""How things look: theme, charts, forms, downloads, how errors are said. Ground."""
