"""The proof, read again."""
