"""The canvas and what is drawn on it: points, pictures, labels, contours."""
