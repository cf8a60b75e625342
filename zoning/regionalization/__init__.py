"""Weights, links, costs and bounds in; an assignment with a proven bound out."""
