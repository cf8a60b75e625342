"""How to show it: tables in, files out."""
