"""Invented people and firms for the demo and the bench; never imported by the product."""
