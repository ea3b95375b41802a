"""The shape of one space: spectrum, dimension, hubs, outliers."""
