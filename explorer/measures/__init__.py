"""A lens on a page: its form, its result, its family, its vital sign. Uses everything below."""
